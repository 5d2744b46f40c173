namespace Fast.PageTables.Testing;

/// <summary>What a map writes: each leaf of each size, the best one, and exactly the tables it needs.</summary>
internal sealed class LeafChecks<TFormat> : IFormatChecks
    where TFormat : struct, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly IReadOnlyList<Permissions> Expressible = Bits.Expressible(Facts);

    /// <summary>Every size that is written: level, and log2 of its items.</summary>
    private static IEnumerable<(int Level, int Lg2)> Sizes() => Enumerable.Range(0, Facts.Levels.Length)
        .Where(level => Facts.Levels[level].CanLeaf)
        .SelectMany(level => Bits.Lengths(Facts, level).Select(lg2 => (level, lg2)))
        .Where(size => !Facts.Levels.Any(level => level.Contiguity.ExceptShift == Facts.Levels[size.level].Shift + size.lg2));

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("Every leaf of every size is written by the book and read back", Every_leaf_of_every_size_is_written_by_the_book_and_read_back),
        ("The first leaf of a range is the best of all that fit", The_first_leaf_of_a_range_is_the_best_of_all_that_fit),
        ("The arena holds exactly the tables that can be reached", The_arena_holds_exactly_the_tables_that_can_be_reached),
        ("An arena walks as its reference walker", An_arena_walks_as_its_reference_walker),
    ];

    private static void Every_leaf_of_every_size_is_written_by_the_book_and_read_back()
    {
        foreach (var (level, lg2) in Sizes())
        {
            var shift = Facts.Levels[level].Shift + lg2;
            foreach (var permissions in Expressible)
            {
                foreach (var start in Bits.Stretches(Facts).Starts) WrittenAndRead(start, level, lg2, shift, permissions);
            }
        }
    }

    private static void The_first_leaf_of_a_range_is_the_best_of_all_that_fit() =>
        Sampling.ForSeeds(60, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 28, HugePages = false });
            var table = new PageTable<TFormat>(arena);
            var sizes = Sizes().Select(size => Facts.Levels[size.Level].Shift + size.Lg2).Where(shift => shift < Facts.InputBits - 2 && shift < Facts.OutputBits - 1).ToList();
            var (granule, space) = (Bits.Granule(Facts), Math.Min(Facts.InputBits - 1, Facts.OutputBits) - 1);
            ulong Aligned(int lo) => random.NextWord() & ((1UL << space) - 1) & ~((1UL << lo) - 1);
            var (input, congruent) = (Aligned(random.Pick(sizes)), random.Pick(sizes));
            var output = Aligned(congruent) | (input & ((1UL << congruent) - 1));
            var largest = random.OneIn(3) ? random.Pick(sizes) : 63;
            // Not more leaves than a few thousand.
            var bytes = Math.Min((ulong)random.Next(1, 4) << random.Pick(sizes), 1024UL << Math.Min(congruent, largest)) + (granule * (ulong)random.Next(3));
            var last = Math.Min(input + (bytes - 1), (1UL << space) - 1);
            if (output + (last - input) >= 1UL << Facts.OutputBits - 1) return;
            var best = MapModel.Best(Facts, input, last, output, largest);
            var report = table.TryMap(IovaRange.Inclusive(new Iova(input), new Iova(last)), new Pfn(output >> 12), Expressible[^1], new PageSize(largest));
            Expect.Equal(report.Status, MapStatus.Done, $"map of 0x{input:x}..0x{last:x} to 0x{output:x}");
            Expect.That(table.Follow(new Iova(input), out var leaf), $"0x{input:x} is not mapped");
            Expect.Equal(leaf.Size.Shift, best?.Shift, $"0x{input:x}..0x{last:x} to 0x{output:x}, up to 2^{largest}");
        });

    private static void The_arena_holds_exactly_the_tables_that_can_be_reached() =>
        Sampling.ForSeeds(8, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 28, HugePages = false });
            var table = new PageTable<TFormat>(arena);
            var (starts, _) = Bits.Stretches(Facts);
            var span = 1UL << Math.Min(Facts.InputBits - 2, Facts.LastTableShift() + 6);
            for (var step = 0; step < 25; step++)
            {
                var granule = Bits.Granule(Facts);
                var start = random.Pick(starts) + (random.NextWord() & (span - 1) & ~((granule << random.Next(12)) - 1));
                var range = IovaRange.Of(new Iova(start), granule << random.Next(11));
                if (random.OneIn(3)) table.TryUnmap(range, keepTables: random.OneIn(2));
                else table.TryMap(range, new Pfn((start & (span - 1)) >> 12), random.Pick(Expressible));
            }

            var (tables, bytes) = Reached(arena, Facts.RootAddress(table.RootWord), Facts.RootLevel(table.RootWord));
            Expect.Equal((arena.TablesInUse, arena.BytesInUse), (tables, bytes), "tables and bytes in the arena, and what can be reached");
        });

    private static void An_arena_walks_as_its_reference_walker()
    {
        using var arena = new TableArena(new TableArenaOptions { PhysicalBase = 1UL << 30, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var random = new Random(5);
        var granule = Bits.Granule(Facts);
        var space = (1UL << Math.Min(34, Facts.InputBits - 1)) - 1;
        for (var i = 0; i < 200; i++)
        {
            // Often congruent, so that there are leaves of every size.
            var start = (random.NextWord() & space & ~(granule - 1)) + random.Pick(Bits.Stretches(Facts).Starts);
            var output = random.OneIn(2) ? start & Bits.OutputMask(Facts, 0) & ((1UL << 36) - 1) : (ulong)random.Next(1 << 20) * granule;
            table.TryMap(IovaRange.Of(new Iova(start), granule << random.Next(12)), new Pfn(output >> 12), random.Pick(Expressible));
        }

        var cursor = table.Cursor();
        for (var i = 0; i < 5000; i++)
        {
            var input = new Iova((random.NextWord() & space) + random.Pick(Bits.Stretches(Facts).Starts));
            var expected = ReferenceWalker.Walk(Facts, arena.Memory, table.RootWord, input, FormatLimits.None);
            Expect.Equal(table.Walk(input), expected, $"walk of {input}");
            Expect.Equal(table.Follow(input, out var leaf), expected.IsLeaf, $"follow of {input}");
            Expect.Equal(leaf, expected.Leaf, $"follow of {input}");
            Expect.Equal(table.Translate(input), OutputOf(expected, input), $"translation of {input}");
            Expect.Equal(cursor.Translate(input), OutputOf(expected, input), $"translation of {input} with a cursor");
        }
    }

    private static void WrittenAndRead(ulong start, int level, int lg2, int shift, Permissions permissions)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var size = 1UL << shift;
        if (shift >= Facts.InputBits - 1) return;
        var (input, output) = (start + size, shift + 1 < Facts.OutputBits ? size : 0);
        var range = IovaRange.Of(new Iova(input), size);
        var what = $"{Facts.Levels[level].Name}, 2^{lg2} items, {permissions} at 0x{input:x}";
        var report = table.TryMap(range, new Pfn(output >> 12), permissions);
        Expect.Equal((report.Status, report.Leaves[level], report.Leaves.Total), (MapStatus.Done, 1UL << lg2, 1UL << lg2), what);
        for (var item = 0UL; item < 1UL << lg2; item++)
        {
            var at = new Iova(input + (item << Facts.Levels[level].Shift));
            var walk = table.Walk(at);
            var offset = at.Value - input;
            Expect.Equal(walk.Entry, Bits.Leaf(Facts, level, output + offset, permissions, lg2), what);
            Expect.Equal((walk.Level, walk.Leaf), (level, new Leaf(new Pfn((output + offset) >> 12), new PageSize(shift), permissions)), what);
        }

        Expect.Equal(table.Translate(range.Last), new PhysicalAddress(output + (size - 1)), what);
        Expect.Equal(table.TryUnmap(IovaRange.Of(range.Start, Math.Max(size / 2, Bits.Granule(Facts)))).Status, shift == Facts.Levels[0].Shift ? MapStatus.Done : MapStatus.CutsLeaf, what);
        table.Unmap(range);
        Expect.That(!table.Follow(new Iova(input), out _), what);
    }

    private static (ulong Tables, ulong Bytes) Reached(TableArena arena, ulong table, int level)
    {
        var here = Facts.Levels[level];
        var (tables, bytes) = (1UL, (ulong)here.TableBytes);
        for (nuint index = 0; level > 0 && index < 1U << here.Bits; index++)
        {
            var entry = FactItems.Read(Facts, ref TableItems.Of(ref arena.Memory.Table(table, (nuint)here.TableBytes)), index);
            var decoded = ReferenceDecoder.Decode(Facts, level, entry, new Iova((ulong)index << here.Shift), FormatLimits.None);
            if (decoded.Kind != EntryKind.Table) continue;
            var below = Reached(arena, decoded.Address.Value, decoded.ChildLevel);
            (tables, bytes) = (tables + below.Tables, bytes + below.Bytes);
        }

        return (tables, bytes);
    }

    private static PhysicalAddress OutputOf(WalkResult result, Iova input) =>
        result.IsLeaf ? new PhysicalAddress(result.Leaf.Pfn.Address.Value | (input.Value & 0xFFF)) : PhysicalAddress.None;
}
