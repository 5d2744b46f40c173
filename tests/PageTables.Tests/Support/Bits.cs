namespace Fast.PageTables.Tests;

/// <summary>Entries built from facts, by the book: what the emitted encoders are held to.</summary>
internal static class Bits
{
    /// <summary>Everything that a right can be in this format.</summary>
    public static Permissions AllRights(FormatFacts facts) => facts.Rights.Aggregate(Permissions.None, (all, right) => all | right.Right);

    /// <summary>Every set of permissions that a leaf of this format can say, in ascending order.</summary>
    public static IReadOnlyList<Permissions> Expressible(FormatFacts facts) =>
        [.. Enumerable.Range(0, 16).Select(bits => (Permissions)bits).Where(permissions => TryEncode(facts, permissions, out _))];

    /// <summary>The bits of a level-0 leaf with <paramref name="permissions"/>, address apart.</summary>
    public static bool TryEncode(FormatFacts facts, Permissions permissions, out ulong bits)
    {
        bits = facts.Present.Value;
        if ((permissions & ~AllRights(facts)) != 0) return false;
        foreach (var right in facts.Rights)
        {
            var granted = permissions.HasFlag(right.Right);
            if (right.Mask == 0 && !granted) return false;
            if (granted != right.Denies) bits |= right.Mask;
        }

        return facts.Present.Holds(bits);
    }

    /// <summary>A leaf.</summary>
    public static ulong Leaf(FormatFacts facts, int level, ulong output, Permissions permissions) =>
        TryEncode(facts, permissions, out var bits)
            ? output | bits | (level == 0 ? 0 : facts.Levels[level].LeafValue)
            : throw new ArgumentException($"{facts.Name} cannot say {permissions}", nameof(permissions));

    /// <summary>Bits of an entry of one kind that hardware does not look at: neither address, presence, kind, rights nor reserved.</summary>
    public static ulong Ignored(FormatFacts facts, int level, bool leaf)
    {
        var here = facts.Levels[level];
        var used = facts.AddressMask | facts.Present.Mask | facts.Present.AnyOf | here.LeafMask | facts.TableValue;
        used |= leaf ? here.ReservedInLeaf : here.ReservedInTable;
        used |= facts.Rights.Aggregate(0UL, (mask, right) => mask | right.Mask);
        return ~used;
    }

    /// <summary>The lowest input addresses of each stretch that the format translates, and the bytes of such a stretch (0: 2^64).</summary>
    public static (ulong[] Starts, ulong Bytes) Stretches(FormatFacts facts)
    {
        if (facts.InputBits == 64) return ([0], 0);
        if (!facts.SignExtends) return ([0], 1UL << facts.InputBits);
        return ([0, ~0UL << (facts.InputBits - 1)], 1UL << (facts.InputBits - 1));
    }

    /// <summary>Bytes of the smallest leaf.</summary>
    public static ulong Granule(FormatFacts facts) => 1UL << facts.Levels[0].Shift;

    /// <summary>Every bit of <paramref name="mask"/> alone.</summary>
    public static IEnumerable<ulong> Each(ulong mask)
    {
        for (; mask != 0; mask &= mask - 1) yield return mask & (~mask + 1);
    }
}
