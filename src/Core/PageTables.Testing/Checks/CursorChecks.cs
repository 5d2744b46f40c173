namespace Fast.PageTables.Testing;

/// <summary>A cursor against the plain walk, in whatever order addresses come and whatever is changed between them.</summary>
internal sealed class CursorChecks<TFormat> : IFormatChecks
    where TFormat : struct, IMapFormat
{
    // Addresses that a cursor reads ahead over and past: several tables of pages.
    private const ulong Pages = 3 * 512;
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly ulong Granule = Bits.Granule(Facts);

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("A cursor translates as a walk does, in any order and between changes", A_cursor_translates_as_a_walk_does),
    ];

    private static void A_cursor_translates_as_a_walk_does() =>
        Sampling.ForSeeds(12, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 28, HugePages = false, PoisonFreed = true });
            var table = new PageTable<TFormat>(arena);
            var bytes = Math.Min(Pages * Granule, 1UL << (Facts.InputBits - 1));
            var start = random.Pick(Bits.Stretches(Facts).Starts);
            var cursor = table.Cursor();
            for (var change = 0; change < 24; change++)
            {
                Change(table, random, start, bytes);
                var at = (random.NextWord() & (bytes - 1)) % bytes;
                var step = random.Next(5) switch { 0 => Granule / 2, 1 => Granule * 3, 2 => 0UL - Granule, _ => Granule };
                for (var i = random.Next(1, 700); i > 0; i--, at = unchecked(at + step) % bytes)
                {
                    if (random.OneIn(40)) at = random.NextWord() % bytes;
                    var input = new Iova(start + at);
                    var expected = ReferenceWalker.Walk(Facts, arena.Memory, table.RootWord, input, FormatLimits.None);
                    var output = expected.IsLeaf ? new PhysicalAddress((expected.Leaf.Pfn.Value << Pfn.Shift) + (input.Value & ((1UL << Pfn.Shift) - 1))) : PhysicalAddress.None;
                    Expect.Equal(cursor.Translate(input), output, $"translation of {input} with a cursor, after change {change}");
                }
            }
        });

    /// <summary>Maps runs of all lengths, some of them as large leaves, or takes some away.</summary>
    private static void Change(PageTable<TFormat> table, Random random, ulong start, ulong bytes)
    {
        var offset = (random.NextWord() % bytes) & ~(Granule - 1);
        if (random.OneIn(3)) offset = 0;
        var length = Math.Min(bytes - offset, Granule << random.Next(11));
        var range = IovaRange.Of(new Iova(start + offset), length);
        if (random.OneIn(4)) table.TryUnmap(range, keepTables: random.OneIn(2));
        var output = random.OneIn(2) ? offset : ((ulong)random.Next(1 << 10) * Granule) + (random.OneIn(2) ? offset : 0);
        var largest = random.OneIn(2) ? new PageSize(Facts.Levels[0].Shift) : (PageSize?)null;
        for (var piece = 0UL; piece < length;)
        {
            // Maximal runs, and runs broken after a few pages.
            var some = Math.Min(length - piece, random.OneIn(3) ? length : Granule * (ulong)random.Next(1, 20));
            table.TryMap(IovaRange.Of(range.Start + piece, some), new Pfn((output + piece) >> Pfn.Shift), random.Pick(Bits.Expressible(Facts)), largest);
            if (random.OneIn(3)) output += Granule;
            piece += some;
        }
    }
}
