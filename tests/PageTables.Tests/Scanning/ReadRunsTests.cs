namespace Fast.PageTables.Tests.Scanning;

/// <summary>Range scans of every format and every scan variant of this machine against the plain pinner.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class ReadRunsTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    // The plain pinner walks for every 4 KiB: fewer layouts where a table maps many.
    private static readonly int Cases = Math.Clamp(60 >> (Facts.Levels[1].Shift - 21), 2, 40);
    private static readonly int[] Buffers = [1, 2, 513, 8200];

    [Test]
    public void Every_variant_and_every_buffer_yield_the_runs_that_single_pages_form() =>
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
                    Assert.That(cursor.LeavesRead, Is.EqualTo(leaves), $"{variant}, {buffer} at a time, {range}");
                }
            }
        });

    [Test]
    public void Random_tables_of_all_levels_are_read_as_their_leaves_say() =>
        Sampling.ForSeeds(6, random =>
        {
            var tables = new RandomTables(Facts, random, Foreign.None).Tables;
            var (starts, bytes) = Bits.Stretches(Facts);
            var expected = new List<(ulong, ulong)>();
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

                for (var i = 1; i < runs.Count; i++) Assert.That(Continues(runs[i - 1], runs[i]), Is.False, $"{runs[i - 1]} and {runs[i]} are one run");
                Assert.That(runs.Aggregate(0UL, (sum, run) => sum + run.Pages), Is.EqualTo(PagesOf(tables, cursor.LeavesRead)));
            }
        });

    [Test]
    public void A_run_continues_across_tables_and_leaf_sizes()
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
            Assert.That(runs, Is.EqualTo(new[] { new Run(new Iova(start), new Pfn(output >> 12), 3UL << (large.Shift - 12), tables.Walk(start).Leaf.Permissions) }));
            Assert.That(cursor.LeavesRead, Is.EqualTo(ScanLayout.Leaves(tables, IovaRange.Of(new Iova(start), 4UL << large.Shift))));
        }
    }

    [Test]
    public void A_range_may_hold_addresses_that_the_format_does_not_translate()
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
            Assert.That(
                runs.Select(run => run.Start.Value),
                Is.EqualTo(starts.SelectMany(start => new[] { start, start + (bytes - Bits.Granule(Facts)) })));
            Assert.That(cursor.LeavesRead.Total, Is.EqualTo((ulong)(2 * starts.Length)));
            Assert.That(cursor.IsAtEnd, Is.True);
        }

        if (Facts.InputBits == 64) return;
        var hole = new RunCursor(IovaRange.Of(new Iova(1UL << (Facts.InputBits - (Facts.SignExtends ? 1 : 0))), 1UL << 20));
        Assert.That(Read(tables, ref hole, ScanVariant.Scalar, 1), Is.Empty);
        Assert.That(hole.IsAtEnd, Is.True);
    }

    [Test]
    public void Tables_that_are_not_backed_read_as_holes()
    {
        var tables = new RawTables(Facts);
        var permissions = Bits.Expressible(Facts)[0];
        var large = Facts.Levels[1];
        tables.SetLeaf(0, 0, Bits.Leaf(Facts, 0, 0, permissions));
        tables[tables.TableAt(0, 1), 1] = Bits.AddressMask(Facts) | Facts.Levels[1].TableValue;
        tables.SetLeaf(2UL << large.Shift, 0, Bits.Leaf(Facts, 0, 0, permissions));
        var cursor = new RunCursor(IovaRange.Of(new Iova(0), 4UL << large.Shift));
        Assert.That(Read(tables, ref cursor, ScanVariant.Scalar, 8).Select(run => run.Start.Value), Is.EqualTo(new[] { 0UL, 2UL << large.Shift }));
    }

    [Test]
    public void No_room_for_a_single_run_is_refused()
    {
        var tables = new RawTables(Facts);
        Assert.That(
            () =>
            {
                var cursor = new RunCursor(IovaRange.Of(new Iova(0), 4096));
                PageTableRuns.ReadRuns<TFormat, SpanMemory>(tables.Memory, tables.RootWord, ScanVariant.Scalar, ref cursor, []);
            },
            Throws.ArgumentException.With.Message.Contains("no room for a single run"));
    }

    private static List<Run> Read(RawTables tables, ref RunCursor cursor, ScanVariant variant, int buffer)
    {
        var all = new List<Run>();
        var runs = new Run[buffer];
        while (!cursor.IsAtEnd)
        {
            var written = PageTableRuns.ReadRuns<TFormat, SpanMemory>(tables.Memory, tables.RootWord, variant, ref cursor, runs);
            Assert.That(written == buffer || cursor.IsAtEnd, Is.True, "a buffer that is not full ends the range");
            all.AddRange(runs.AsSpan(0, written));
        }

        return all;
    }

    private static void Probe(RawTables tables, Run run, Iova at)
    {
        var walk = tables.Walk(at.Value);
        Assert.That(walk.IsLeaf, Is.True, $"{run} at {at}");
        Assert.That((walk.Leaf.Pfn, walk.Leaf.Permissions), Is.EqualTo((run.Pfn + ((at.Value - run.Start.Value) >> 12), run.Permissions)), $"{run} at {at}");
    }

    private static bool Continues(Run a, Run b) =>
        unchecked(a.Last.Value + 1) == b.Start.Value && a.Pfn + a.Pages == b.Pfn && a.Permissions == b.Permissions;

    private static ulong PagesOf(RawTables tables, LeafCounts leaves)
    {
        ulong pages = 0;
        for (var level = 0; level < tables.Facts.Levels.Length; level++) pages += leaves[level] << (tables.Facts.Levels[level].Shift - 12);
        return pages;
    }

    private static void Same(List<Run> runs, List<Run> expected, string where)
    {
        for (var i = 0; i < Math.Min(runs.Count, expected.Count); i++)
            if (runs[i] != expected[i]) Assert.Fail($"{where}: run {i} is {runs[i]}, expected {expected[i]}");
        Assert.That(runs, Has.Count.EqualTo(expected.Count), where);
    }
}
