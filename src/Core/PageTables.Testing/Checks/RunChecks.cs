namespace Fast.PageTables.Testing;

/// <summary>Range scans of every scan variant of this machine against the plain pinner, and batches.</summary>
internal sealed class RunChecks<TFormat> : IFormatChecks
    where TFormat : struct, IRunFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    // The plain pinner walks for every 4 KiB: fewer layouts where a table maps many.
    private static readonly int Cases = Math.Clamp(60 >> Math.Max(0, Facts.LastTableShift() - 21), 2, 40);
    private static readonly int[] Buffers = [1, 2, 513, 8200];

    public IEnumerable<(string Name, Action Test)> All =>
    [
        .. Facts.TopLevel == 0 ? [] : OfSeveralLevels,
        ("Random tables of all levels are read as their leaves say", Random_tables_of_all_levels_are_read_as_their_leaves_say),
        ("A range may hold addresses that the format does not translate", A_range_may_hold_addresses_that_the_format_does_not_translate),
        ("A batch translates as one by one", A_batch_translates_as_one_by_one),
        ("Random bytes end every scan", Random_bytes_end_every_scan),
    ];

    private static (string Name, Action Test)[] OfSeveralLevels =>
    [
        ("Every variant and every buffer yield the runs that single pages form", Every_variant_and_every_buffer_yield_the_runs_that_single_pages_form),
        ("A run continues across tables and leaf sizes", A_run_continues_across_tables_and_leaf_sizes),
        ("Tables that are not backed read as holes", Tables_that_are_not_backed_read_as_holes),
    ];

    private static void Every_variant_and_every_buffer_yield_the_runs_that_single_pages_form() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var layout = new ScanLayout(Facts, random);
            var range = layout.NextRange();
            var runs = ScanLayout.Runs(layout.Tables, range);
            var leaves = ScanLayout.Leaves(layout.Tables, range);
            foreach (var variant in ScanVariants.Supported)
            {
                foreach (var buffer in Buffers)
                {
                    if (buffer < 8 && runs.Count > 1500) continue;
                    var cursor = new RunCursor(range);
                    Same(Read(layout.Tables, ref cursor, variant, buffer), runs, $"{variant}, {buffer} at a time, {range}");
                    Expect.Equal(cursor.LeavesRead, leaves, $"{variant}, {buffer} at a time, {range}");
                }
            }
        });

    private static void Random_tables_of_all_levels_are_read_as_their_leaves_say() =>
        Sampling.ForSeeds(6, random =>
        {
            var tables = new RandomTables(Facts, random, Foreign.None).Tables;
            foreach (var variant in ScanVariants.Supported)
            {
                var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(~0UL)));
                var runs = Read(tables, ref cursor, variant, 64);
                foreach (var run in runs)
                {
                    Probe(tables, run, run.Start);
                    Probe(tables, run, run.Last);
                    Probe(tables, run, new Iova(run.Start.Value + (random.NextWord() % Math.Max(1, run.Bytes))));
                }

                for (var i = 1; i < runs.Count; i++) Expect.That(!Continues(runs[i - 1], runs[i]), $"{runs[i - 1]} and {runs[i]} are one run");
                Expect.Equal(runs.Aggregate(0UL, (sum, run) => sum + run.Pages), PagesOf(tables, cursor.LeavesRead), $"pages of all runs, {variant}");
            }
        });

    private static void A_run_continues_across_tables_and_leaf_sizes()
    {
        var tables = new RawTables(Facts);
        var (small, large) = (Facts.Levels[0], Facts.Levels[1]);
        var permissions = Bits.Expressible(Facts)[^1];
        var (start, output) = (Bits.Stretches(Facts).Starts[^1], 3UL << large.Shift);
        // A table, a large leaf, a table: all of them one after the other in both addresses.
        foreach (var item in large.CanLeaf ? new ulong[] { 0, 2 } : [0, 1, 2])
        {
            for (var index = 0UL; index < 1UL << small.Bits; index++)
            {
                var at = (item << large.Shift) + (index << small.Shift);
                tables.SetLeaf(start + at, 0, Bits.Leaf(Facts, 0, output + at, permissions));
            }
        }

        if (large.CanLeaf) tables.SetLeaf(start + (1UL << large.Shift), 1, Bits.Leaf(Facts, 1, output + (1UL << large.Shift), permissions));
        foreach (var variant in ScanVariants.Supported)
        {
            var cursor = new RunCursor(IovaRange.Of(new Iova(start), 4UL << large.Shift));
            var runs = Read(tables, ref cursor, variant, 600);
            Same(runs, [new Run(new Iova(start), new Pfn(output >> 12), 3UL << (large.Shift - 12), tables.Walk(start).Leaf.Permissions)], $"{variant}");
            Expect.Equal(cursor.LeavesRead, ScanLayout.Leaves(tables, IovaRange.Of(new Iova(start), 4UL << large.Shift)), $"leaves read, {variant}");
        }
    }

    private static void A_range_may_hold_addresses_that_the_format_does_not_translate()
    {
        var tables = new RawTables(Facts);
        var permissions = Bits.Expressible(Facts)[0];
        var (starts, bytes) = Bits.Stretches(Facts);
        // The frames go on from each leaf to the next, so that only the addresses keep them apart.
        var output = 0UL;
        foreach (var at in starts.SelectMany(start => new[] { start, start + (bytes - Bits.Granule(Facts)) }))
        {
            tables.SetLeaf(at, 0, Bits.Leaf(Facts, 0, output, permissions));
            output += Bits.Granule(Facts);
        }

        foreach (var variant in ScanVariants.Supported)
        {
            var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(~0UL)));
            var runs = Read(tables, ref cursor, variant, 1);
            Expect.Sequence([.. runs.Select(run => run.Start.Value)], [.. starts.SelectMany(start => new[] { start, start + (bytes - Bits.Granule(Facts)) })], $"starts of runs, {variant}");
            Expect.Equal(cursor.LeavesRead.Total, (ulong)(2 * starts.Length), $"leaves read, {variant}");
            Expect.That(cursor.IsAtEnd, $"{variant} stops before the end");
        }

        if (Facts.InputBits == 64) return;
        var hole = new RunCursor(IovaRange.Of(new Iova(1UL << (Facts.InputBits - (Facts.SignExtends ? 1 : 0))), 1UL << 20));
        Same(Read(tables, ref hole, ScanVariant.Scalar, 1), [], "addresses of no translation");
        Expect.That(hole.IsAtEnd, "a scan of addresses of no translation does not end");
    }

    private static void Tables_that_are_not_backed_read_as_holes()
    {
        var tables = new RawTables(Facts);
        var permissions = Bits.Expressible(Facts)[0];
        var large = Facts.Levels[1];
        tables.SetLeaf(0, 0, Bits.Leaf(Facts, 0, 0, permissions));
        tables[tables.TableAt(0, 1), 1] = Bits.AddressMask(Facts) | Facts.Levels[1].TableValue;
        tables.SetLeaf(2UL << large.Shift, 0, Bits.Leaf(Facts, 0, 0, permissions));
        var cursor = new RunCursor(IovaRange.Of(new Iova(0), 4UL << large.Shift));
        Expect.Sequence([.. Read(tables, ref cursor, ScanVariant.Scalar, 8).Select(run => run.Start.Value)], [0UL, 2UL << large.Shift], "starts of runs");
    }

    private static void A_batch_translates_as_one_by_one() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Reserved);
            var memory = image.Tables.Memory;
            var root = image.Tables.RootWord;
            var inputs = Enumerable.Range(0, random.Next(100)).Select(_ => image.NextInput()).ToArray();
            var outputs = new PhysicalAddress[inputs.Length];
            var found = TFormat.TranslateBatch(memory, root, inputs, outputs);
            for (var i = 0; i < inputs.Length; i++) Expect.Equal(outputs[i], TFormat.Translate(memory, root, inputs[i]), $"{inputs[i]}");
            Expect.Equal(found, outputs.Count(output => !output.IsNone), "how many of a batch have a translation");
        });

    private static void Random_bytes_end_every_scan() =>
        Sampling.ForSeeds(8, random =>
        {
            var image = new HostileImage(Facts, random);
            var memory = new SpanMemory(image.Bytes, image.Base);
            var segments = image.Segments(random);
            var runs = new Run[64];
            foreach (var variant in ScanVariants.Supported)
            {
                for (var i = 0; i < 6; i++)
                {
                    var start = image.NextInput();
                    var range = IovaRange.Inclusive(start, new Iova(start.Value + Math.Min(~start.Value, 3UL << Facts.LastTableShift())));
                    Bounded<SpanMemory>(memory, image.RootWord, variant, range, runs);
                    Bounded<SegmentedMemory>(segments, image.RootWord, variant, range, runs);
                }
            }
        });

    /// <summary>Reads at most what the range has pages, and ends.</summary>
    private static void Bounded<TMemory>(in TMemory memory, ulong root, ScanVariant variant, IovaRange range, Run[] runs)
        where TMemory : ITableMemory, allows ref struct
    {
        var cursor = new RunCursor(range);
        ulong pages = 0;
        for (var calls = 0; !cursor.IsAtEnd; calls++)
        {
            var written = PageTableRuns.ReadRuns<TFormat, TMemory>(memory, root, variant, ref cursor, runs);
            foreach (var run in runs.AsSpan(0, written)) pages += run.Pages;
            Expect.That(calls < 100_000, $"{variant} does not come to an end in {range}");
        }

        var widest = (range.Bytes >> Pfn.Shift) + (2 * Bits.Granule(Facts) >> Pfn.Shift);
        Expect.That(pages <= widest, $"{variant}: more pages than {range} has");
    }

    private static List<Run> Read(RawTables tables, ref RunCursor cursor, ScanVariant variant, int buffer)
    {
        var all = new List<Run>();
        var runs = new Run[buffer];
        while (!cursor.IsAtEnd)
        {
            var written = PageTableRuns.ReadRuns<TFormat, SpanMemory>(tables.Memory, tables.RootWord, variant, ref cursor, runs);
            Expect.That(written == buffer || cursor.IsAtEnd, "a buffer that is not full ends the range");
            all.AddRange(runs.AsSpan(0, written));
        }

        return all;
    }

    private static void Probe(RawTables tables, Run run, Iova at)
    {
        var walk = tables.Walk(at.Value);
        Expect.That(walk.IsLeaf, $"{run} at {at}");
        Expect.Equal((walk.Leaf.Pfn, walk.Leaf.Permissions), (run.Pfn + ((at.Value - run.Start.Value) >> 12), run.Permissions), $"{run} at {at}");
    }

    private static bool Continues(Run a, Run b) =>
        unchecked(a.Last.Value + 1) == b.Start.Value && a.Pfn + a.Pages == b.Pfn && a.Permissions == b.Permissions;

    private static ulong PagesOf(RawTables tables, LeafCounts leaves)
    {
        ulong pages = 0;
        for (var level = 0; level < tables.Facts.Levels.Length; level++) pages += leaves[level] << (tables.Facts.Levels[level].Shift - 12);
        return pages;
    }

    private static void Same(List<Run> runs, List<Run> expected, string where) => Expect.Sequence(runs, expected, $"run, {where}");
}
