namespace Fast.PageTables.Testing;

/// <summary>Single leaves as words, there and back.</summary>
internal sealed class EncodingChecks<TFormat> : IFormatChecks
    where TFormat : struct, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("A leaf of every size reads back and is what a walk reads", A_leaf_of_every_size_reads_back_and_is_what_a_walk_reads),
        ("What the format cannot say is refused", What_the_format_cannot_say_is_refused),
    ];

    private static void A_leaf_of_every_size_reads_back_and_is_what_a_walk_reads()
    {
        var random = new Random(20261120);
        var read = 0;
        foreach (var size in Facts.LeafSizes.Where(size => Facts.Levels.All(level => level.Contiguity.ExceptShift != size.Shift)))
        {
            var level = Enumerable.Range(0, Facts.Levels.Length).Last(at => Facts.Levels[at].CanLeaf && Facts.Levels[at].Shift <= size.Shift);
            for (var bits = 0; bits < 32; bits++)
            {
                var permissions = (Permissions)bits;
                var address = new PhysicalAddress((ulong)random.NextInt64() & ((1UL << Facts.OutputBits) - 1) & size.PageMask);
                if (!TFormat.TryEncodeLeaf(size, address, permissions, out var raw)) continue;
                read++;
                Expect.That(TFormat.TryDecodeLeaf(size, raw, out var decoded, out var allowed), $"{size} {permissions}");
                Expect.Equal((decoded, allowed), (address, permissions), $"{size}");
                var entry = ReferenceDecoder.Decode(Facts, level, raw, new Iova(0), FormatLimits.None);
                Expect.Equal((entry.Kind, entry.Address, entry.Size), (EntryKind.Leaf, address, size), $"{size} {permissions} 0x{raw:x}");
            }
        }

        Expect.That(read > 0, "the format can say no leaf at all");
    }

    private static void What_the_format_cannot_say_is_refused()
    {
        var size = new PageSize(Facts.Levels[0].Shift);
        var permissions = Enumerable.Range(0, 32).Select(bits => (Permissions)bits).First(bits => TFormat.TryEncodeLeaf(size, new PhysicalAddress(0), bits, out _));
        Expect.That(!TFormat.TryEncodeLeaf(size, new PhysicalAddress(size.Bytes / 2), permissions, out _), "an address that is not aligned was taken");
        Expect.That(!TFormat.TryEncodeLeaf(new PageSize(11), new PhysicalAddress(0), permissions, out _), "a size that does not exist was taken");
        if (Facts.OutputBits < 64) Expect.That(!TFormat.TryEncodeLeaf(size, new PhysicalAddress(1UL << Facts.OutputBits), permissions, out _), "an address beyond the output width was taken");
        foreach (var shift in Enumerable.Range(Pfn.Shift, 50).Where(shift => !Facts.LeafSizes.Contains(new PageSize(shift))))
        {
            Expect.That(!TFormat.TryEncodeLeaf(new PageSize(shift), new PhysicalAddress(0), permissions, out var word), $"2^{shift} is no leaf size and was taken");
            TFormat.TryEncodeLeaf(size, new PhysicalAddress(0), permissions, out word);
            Expect.That(!TFormat.TryDecodeLeaf(new PageSize(shift), word, out _, out _), $"the word 0x{word:x} was read as a leaf of 2^{shift}, a size that does not exist");
        }

        if (!Facts.Present.Holds(0)) Expect.That(!TFormat.TryDecodeLeaf(size, 0, out _, out _), "an entry that is not present was read as a leaf");
    }
}
