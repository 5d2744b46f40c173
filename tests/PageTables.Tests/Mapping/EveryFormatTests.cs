namespace Fast.PageTables.Tests.Mapping;

/// <summary>What a map writes, for every format: each leaf of each size, the best one, exactly the tables it needs, and nothing on the managed heap.</summary>
[TestFixtureSource(typeof(EachFormat))]
[NonParallelizable]
public sealed class EveryFormatTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly IReadOnlyList<Permissions> Expressible = Bits.Expressible(Facts);

    /// <summary>Every size that is written: level, and log2 of its items.</summary>
    private static IEnumerable<(int Level, int Lg2)> Sizes() => Enumerable.Range(0, Facts.Levels.Length)
        .Where(level => Facts.Levels[level].CanLeaf)
        .SelectMany(level => Bits.Lengths(Facts, level).Select(lg2 => (level, lg2)))
        .Where(size => !Facts.Levels.Any(level => level.Contiguity.ExceptShift == Facts.Levels[size.level].Shift + size.lg2));

    [Test]
    public void Every_leaf_of_every_size_is_written_by_the_book_and_read_back()
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

    [Test]
    public void The_first_leaf_of_a_range_is_the_best_of_all_that_fit() =>
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
            Assert.That(report.Status, Is.EqualTo(MapStatus.Done));
            Assert.That(table.Follow(new Iova(input), out var leaf), Is.True);
            Assert.That(leaf.Size.Shift, Is.EqualTo(best?.Shift), $"0x{input:x}..0x{last:x} to 0x{output:x}, up to 2^{largest}");
        });

    [Test]
    public void The_arena_holds_exactly_the_tables_that_can_be_reached() =>
        Sampling.ForSeeds(8, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 28, HugePages = false });
            var table = new PageTable<TFormat>(arena);
            var (starts, _) = Bits.Stretches(Facts);
            var span = 1UL << Math.Min(Facts.InputBits - 2, Facts.Levels[1].Shift + 6);
            for (var step = 0; step < 25; step++)
            {
                var granule = Bits.Granule(Facts);
                var start = random.Pick(starts) + (random.NextWord() & (span - 1) & ~((granule << random.Next(12)) - 1));
                var range = IovaRange.Of(new Iova(start), granule << random.Next(11));
                if (random.OneIn(3)) table.TryUnmap(range, keepTables: random.OneIn(2));
                else table.TryMap(range, new Pfn((start & (span - 1)) >> 12), random.Pick(Expressible));
            }

            var (tables, bytes) = Reached(arena, Facts.RootAddress(table.RootWord), Facts.RootLevel(table.RootWord));
            Assert.That((arena.TablesInUse, arena.BytesInUse), Is.EqualTo((tables, bytes)));
        });

    [Test]
    public void Nothing_is_taken_from_the_managed_heap()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 26, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var (g, m) = (Bits.Granule(Facts), 1UL << Facts.Levels[1].Shift);
        var (permissions, runs, inputs, outputs) = (Expressible[^1], new Run[600], new Iova[40], new PhysicalAddress[40]);
        for (var i = 0; i < inputs.Length; i++) inputs[i] = new Iova((ulong)i * g);
        var cursor = table.Cursor();
        void Work()
        {
            table.Map(IovaRange.Of(new Iova(g), (2 * m) - g), new Pfn(g >> 12), permissions);
            table.Walk(new Iova(g));
            table.Follow(new Iova(m), out _);
            cursor.Translate(new Iova(g));
            table.Translate(inputs, outputs);
            var at = new RunCursor(IovaRange.Of(new Iova(0), 4 * m));
            while (!at.IsAtEnd) table.ReadRuns(ref at, runs);
            table.TryMap(IovaRange.Of(new Iova(g), m), new Pfn(0), permissions);
            table.Unmap(IovaRange.Of(new Iova(0), 4 * m));
        }

        for (var i = 0; i < 40; i++) Work();
        var bytes = long.MaxValue;
        for (var attempt = 0; attempt < 5 && bytes != 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5; i++) Work();
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(bytes, Is.Zero);
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
        Assert.That((report.Status, report.Leaves[level], report.Leaves.Total), Is.EqualTo((MapStatus.Done, 1UL << lg2, 1UL << lg2)), what);
        for (var item = 0UL; item < 1UL << lg2; item++)
        {
            var at = new Iova(input + (item << Facts.Levels[level].Shift));
            var walk = table.Walk(at);
            var offset = at.Value - input;
            Assert.That(walk.Entry, Is.EqualTo(Bits.Leaf(Facts, level, output + offset, permissions, lg2)), what);
            Assert.That((walk.Level, walk.Leaf), Is.EqualTo((level, new Leaf(new Pfn((output + offset) >> 12), new PageSize(shift), permissions))), what);
        }

        Assert.That(table.Translate(range.Last), Is.EqualTo(new PhysicalAddress(output + (size - 1))), what);
        Assert.That(table.TryUnmap(IovaRange.Of(range.Start, Math.Max(size / 2, Bits.Granule(Facts)))).Status, Is.EqualTo(shift == Facts.Levels[0].Shift ? MapStatus.Done : MapStatus.CutsLeaf), what);
        table.Unmap(range);
        Assert.That(table.Follow(new Iova(input), out _), Is.False, what);
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
}
