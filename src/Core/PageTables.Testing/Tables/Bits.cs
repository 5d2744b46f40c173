namespace Fast.PageTables.Testing;

/// <summary>Entries built from facts, by the book: what the emitted encoders are held to.</summary>
internal static class Bits
{
    /// <summary>The bits that an entry has.</summary>
    public static ulong EntryMask(FormatFacts facts) => ulong.MaxValue >> (64 - (8 * facts.EntryBytes));

    /// <summary>Everything that a right can be in this format.</summary>
    public static Permissions AllRights(FormatFacts facts) => facts.Rights.Aggregate(Permissions.None, (all, right) => all | right.Right);

    /// <summary>Every set of permissions that a leaf of this format can say, in ascending order.</summary>
    public static IReadOnlyList<Permissions> Expressible(FormatFacts facts) =>
        [.. Enumerable.Range(0, 32).Select(bits => (Permissions)bits).Where(permissions => TryEncode(facts, permissions, out _))];

    /// <summary>The bits of a level-0 leaf with <paramref name="permissions"/>, without address and without what the level adds.</summary>
    public static bool TryEncode(FormatFacts facts, Permissions permissions, out ulong bits)
    {
        bits = facts.Present.Value;
        foreach (var field in facts.Rights.Where(right => !right.Implied && right.Kinds.HasFlag(EntryKinds.Leaf)).GroupBy(right => right.Field))
        {
            // The smallest value of the field that grants exactly what is asked for.
            var values = Enumerable.Range(0, (int)(field.Key.Mask >> field.Key.Lo) + 1)
                .Where(value => field.All(right => (right.Granting >> value & 1) != 0 == permissions.HasFlag(right.Right)))
                .ToList();
            if (values.Count == 0) return false;
            bits |= (ulong)values[0] << field.Key.Lo;
            // What grants whatever the field says is set with the right, so that hardware may take the field away and give it back.
            bits |= field.Where(right => permissions.HasFlag(right.Right)).Aggregate(0UL, (mask, right) => mask | right.UnlessMask);
        }

        // Whatever the rules are: a leaf that reads back as what was asked for.
        var word = bits | facts.Levels[0].LeafValue;
        return ReferenceDecoder.Decode(facts, 0, word, new Iova(0), FormatLimits.None).Kind == EntryKind.Leaf
            && ReferenceDecoder.PermissionsOf(facts, 0, word, [], FormatLimits.None) == permissions;
    }

    /// <summary>The address bits of an entry.</summary>
    public static ulong Address(FormatFacts facts, ulong address) => facts.Segments.Aggregate(0UL, (bits, segment) => bits | segment.Entry(address));

    /// <summary>Where an entry may hold address bits.</summary>
    public static ulong AddressMask(FormatFacts facts) => Address(facts, ulong.MaxValue);

    /// <summary>The frames that an entry can name, as addresses: all bits of them.</summary>
    public static ulong OutputMask(FormatFacts facts, int level) =>
        (facts.OutputBits == 64 ? ulong.MaxValue : (1UL << facts.OutputBits) - 1) & ~((1UL << facts.Levels[level].Shift) - 1);

    /// <summary>One item of a leaf that takes 2^<paramref name="lg2"/> of them.</summary>
    public static ulong Leaf(FormatFacts facts, int level, ulong output, Permissions permissions, int lg2 = 0)
    {
        if (!TryEncode(facts, permissions, out var bits)) throw new ArgumentException($"{facts.Name} cannot say {permissions}", nameof(permissions));
        bits |= facts.Levels[level].LeafValue;
        if (lg2 == 0) return Address(facts, output) | bits;
        var (contiguity, half) = (facts.Levels[level].Contiguity, 1UL << (facts.Levels[level].Shift + lg2 - 1));
        return contiguity.Kind switch
        {
            ContiguityKind.HintBit => Address(facts, output) | bits | contiguity.Flag,
            ContiguityKind.OneHotInAddress => Address(facts, (output & ~((2 * half) - 1)) | half) | bits | contiguity.Flag,
            _ => Address(facts, (output & ~((2 * half) - 1)) | ((half - 1) & ~(Granule(facts) - 1))) | bits | facts.NextLevel.Mask,
        };
    }

    /// <summary>An entry that points to a table.</summary>
    public static ulong Table(FormatFacts facts, int level, ulong child) => Address(facts, child) | facts.Levels[level].TableValue;

    /// <summary>Bits of an entry of one kind that hardware does not look at: neither address, presence, kind, rights, size nor refused.</summary>
    public static ulong Ignored(FormatFacts facts, int level, bool leaf)
    {
        var here = facts.Levels[level];
        var used = AddressMask(facts) | facts.Present.Mask | facts.Present.AnyOf | facts.NextLevel.Mask & (facts.NextLevel.Exists ? ulong.MaxValue : 0);
        used |= here.Leaf.Mask | here.Leaf.AnyOf | here.Table.Mask | here.Table.AnyOf;
        used |= leaf ? here.ReservedInLeaf : here.ReservedInTable;
        used |= here.Contiguity.Flag;
        foreach (var right in facts.Rights) used |= (right.Implied ? 0 : right.Field.Mask) | right.UnlessMask;
        foreach (var forbidden in facts.Forbidden) used |= forbidden.Mask;
        return EntryMask(facts) & ~used;
    }

    /// <summary>The lowest input addresses of each stretch that the format translates, and the bytes of such a stretch (0: 2^64).</summary>
    public static (ulong[] Starts, ulong Bytes) Stretches(FormatFacts facts)
    {
        if (facts.InputBits == 64) return ([0], 0);
        if (!facts.SignExtends) return ([0], 1UL << facts.InputBits);
        return ([0, ~0UL << (facts.InputBits - 1)], 1UL << (facts.InputBits - 1));
    }

    /// <summary>Whether a range lies in one stretch of addresses that the format translates.</summary>
    public static bool IsTranslated(FormatFacts facts, IovaRange range)
    {
        var (starts, bytes) = Stretches(facts);
        return starts.Any(start => range.Start.Value >= start && range.Last.Value <= start + (bytes - 1));
    }

    /// <summary>Bytes of the smallest leaf.</summary>
    public static ulong Granule(FormatFacts facts) => 1UL << facts.Levels[0].Shift;

    /// <summary>log2 of what a last table maps: an item of level 1, where there is one.</summary>
    public static int LastTableShift(this FormatFacts facts) => facts.Levels[0].Shift + facts.Levels[0].Bits;

    /// <summary>log2 of the items that one leaf of a level may take, single items included.</summary>
    public static IReadOnlyList<int> Lengths(FormatFacts facts, int level) =>
        [0, .. facts.Levels[level].Contiguity.Shifts(facts.Levels[level].Shift).Select(shift => shift - facts.Levels[level].Shift)];

    /// <summary>Every bit of <paramref name="mask"/> alone.</summary>
    public static IEnumerable<ulong> Each(ulong mask)
    {
        for (; mask != 0; mask &= mask - 1) yield return mask & (~mask + 1);
    }
}
