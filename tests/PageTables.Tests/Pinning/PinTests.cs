namespace Fast.PageTables.Tests.Pinning;

/// <summary>The fused pin loop against the plain pinner and single maps.</summary>
public sealed class PinTests
{
    private const ulong G = 1UL << 30;
    private const ulong M2 = 2UL << 20;

    [Test]
    public void A_pin_does_what_reading_pages_and_mapping_runs_does() =>
        Sampling.ForSeeds(80, random =>
        {
            var layout = Layout.Random(random);
            foreach (var variant in ScanVariants.Supported) Compare(layout, variant);
        });

    [TestCase(0x1000UL)]
    [TestCase(G)]
    public void The_whole_of_a_bar_is_pinned_with_the_largest_leaves(ulong skew)
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        source.Map(Range(8 * G, 4 * G), new Pfn(16 * G >> 12), Permissions.ReadWrite | Permissions.User);
        var report = Pin(source, Range(8 * G, 4 * G), destination, 32 * G + skew, Permissions.ReadWrite);
        Assert.That((report.Status, report.At, report.Pages, report.Runs), Is.EqualTo((PinStatus.Done, new Iova(12 * G), 4 * G >> 12, 1UL)));
        Assert.That((report.LeavesRead[2], report.LeavesRead.Total), Is.EqualTo((4UL, 4UL)));
        Assert.That(report.LeavesWritten, Is.EqualTo(destination.CountLeaves(Range(32 * G, 8 * G))));
        Assert.That(report.LeavesWritten.Total, Is.EqualTo(skew == G ? 4UL : 4 * G >> 12));
        Assert.That(destination.Translate(new Iova(32 * G + skew + 0x1234567)), Is.EqualTo(new PhysicalAddress((16 * G) + 0x1234567)));
    }

    [Test]
    public void Frame_zero_is_pinned_as_any_other()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        source.Map(Range(0, 0x3000), new Pfn(0), Permissions.ReadWrite);
        Assert.That(Pin(source, Range(0, 0x3000), destination, 0, Permissions.ReadWrite).Status, Is.EqualTo(PinStatus.Done));
        Assert.That(destination.Translate(new Iova(0x2FFF)), Is.EqualTo(new PhysicalAddress(0x2FFF)));
    }

    [Test]
    public void The_end_of_both_spaces_is_an_ordinary_place()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        var last = IovaRange.Inclusive(new Iova(~(M2 - 1)), new Iova(~0UL));
        source.Map(last, new Pfn(512), Permissions.ReadWrite);
        var report = Pin(source, last, destination, (1UL << 48) - M2, Permissions.ReadWrite);
        Assert.That((report.Status, report.At, report.Pages, report.LeavesWritten[1]), Is.EqualTo((PinStatus.Done, new Iova(0), 512UL, 1UL)));
        Assert.That(destination.Translate(new Iova((1UL << 48) - 1)), Is.EqualTo(new PhysicalAddress((2 * M2) - 1)));
    }

    [Test]
    public void A_pin_stops_at_a_hole_and_goes_on_when_it_is_filled()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        source.Map(Range(0, M2), new Pfn(512), Permissions.ReadWrite);
        source.Map(Range(M2 + 0x1000, 0x1000), new Pfn(1025), Permissions.ReadWrite);
        var range = Range(0, M2 + 0x2000);
        var first = Pin(source, range, destination, 0, Permissions.ReadWrite);
        Assert.That((first.Status, first.At, first.Pages), Is.EqualTo((PinStatus.Hole, new Iova(M2), 512UL)));
        source.Map(Range(M2, 0x1000), new Pfn(1024), Permissions.ReadWrite);
        var rest = Pin(source, IovaRange.Inclusive(first.At, range.Last), destination, first.At.Value, Permissions.ReadWrite);
        Assert.That((rest.Status, rest.Pages), Is.EqualTo((PinStatus.Done, 2UL)));
        Assert.That(destination.CountLeaves(range), Is.EqualTo(source.CountLeaves(range)));
    }

    [Test]
    public void A_hole_at_the_start_pins_nothing()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        var tables = arena.TablesInUse;
        var report = Pin(source, Range(0, G), destination, 0, Permissions.Read);
        Assert.That((report.Status, report.At, report.Pages, report.Runs), Is.EqualTo((PinStatus.Hole, new Iova(0), 0UL, 0UL)));
        Assert.That(arena.TablesInUse, Is.EqualTo(tables));
    }

    [Test]
    public void A_missing_permission_stops_the_pin_where_it_is_missing()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        source.Map(Range(0, 0x2000), new Pfn(8), Permissions.ReadWrite);
        source.Map(Range(0x2000, 0x2000), new Pfn(10), Permissions.Read);
        var report = Pin(source, Range(0, 0x4000), destination, 0, Permissions.ReadWrite);
        Assert.That((report.Status, report.At, report.Pages), Is.EqualTo((PinStatus.NotPermitted, new Iova(0x2000), 2UL)));
        Assert.That(Pin(source, Range(0x2000, 0x2000), destination, 0x2000, Permissions.Read).Status, Is.EqualTo(PinStatus.Done));
    }

    [Test]
    public void A_destination_that_refuses_keeps_what_stood_and_nothing_of_the_run()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        source.Map(Range(0, 0x1000), new Pfn(100), Permissions.ReadWrite);
        source.Map(Range(0x1000, G), new Pfn(200), Permissions.ReadWrite);
        destination.Map(Range(M2 * 3, 0x1000), new Pfn(7), Permissions.Read);
        var report = Pin(source, Range(0, G), destination, 0, Permissions.ReadWrite);
        Assert.That((report.Status, report.Map, report.At, report.Pages), Is.EqualTo((PinStatus.MapFailed, MapStatus.AlreadyMapped, new Iova(0x1000), 1UL)));
        Assert.That(destination.CountLeaves(Range(0, G)).Total, Is.EqualTo(2));
        Assert.That(destination.Translate(new Iova(M2 * 3)), Is.EqualTo(new PhysicalAddress(0x7000)));
    }

    [Test]
    public void Ranges_that_no_table_could_hold_are_refused_before_anything_is_read()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<VtdSs4>(arena));
        Refused("not aligned to 4K", () => Pin(source, Range(0x800, 0x1000), destination, 0, Permissions.Read));
        Refused("not aligned to 4K", () => Pin(source, Range(0, 0x1000), destination, 0x800, Permissions.Read));
        Refused("that x86-64-4l does not translate", () => Pin(source, Range(1UL << 47, 0x1000), destination, 0, Permissions.Read));
        Refused("that vtd-ss-4l does not translate", () => Pin(source, Range(0, 0x2000), destination, (1UL << 48) - 0x1000, Permissions.Read));

        static void Refused(string words, Action pin) => Assert.That(() => pin(), Throws.ArgumentException.With.Message.Contains(words));
    }

    [Test]
    public void Frames_beyond_the_destination_are_refused_run_by_run()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<Test39>(arena));
        source.Map(Range(0, 0x1000), new Pfn((1UL << 32) - 1), Permissions.ReadWrite);
        source.Map(Range(0x1000, 0x1000), new Pfn(5), Permissions.ReadWrite);
        source.Map(Range(0x2000, 0x2000), new Pfn((1UL << 32) - 1), Permissions.ReadWrite);
        var report = PageTablePins.Pin<X64L4ToTest39, X64L4, Test39>(source, Range(0, 0x4000), destination, new Iova(0), Permissions.ReadWrite);
        Assert.That((report.Status, report.Map, report.At, report.Pages), Is.EqualTo((PinStatus.MapFailed, MapStatus.BadOutput, new Iova(0x2000), 2UL)));
        Assert.That(destination.CountLeaves(Range(0, G)).Total, Is.EqualTo(2));
    }

    [Test]
    public void Larger_pages_go_into_smaller_ones()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<Test16K>(arena), new PageTable<Test64>(arena));
        source.Map(Range(0x4000, 0x8000), new Pfn(8), Permissions.ReadWrite);
        var report = PageTablePins.Pin<Test16KToTest64, Test16K, Test64>(source, Range(0x4000, 0x8000), destination, new Iova(0x1000), Permissions.ReadWrite);
        Assert.That((report.Status, report.Pages, report.LeavesRead[0], report.LeavesWritten[0]), Is.EqualTo((PinStatus.Done, 8UL, 2UL, 8UL)));
        Assert.That(destination.Translate(new Iova(0x8FFF)), Is.EqualTo(new PhysicalAddress(0xFFFF)));
    }

    private static PinReport Pin(PageTable<X64L4> source, IovaRange range, PageTable<VtdSs4> destination, ulong start, Permissions permissions) =>
        PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(source, range, destination, new Iova(start), permissions);

    private static IovaRange Range(ulong start, ulong bytes) => IovaRange.Of(new Iova(start), bytes);

    private static void Compare(Layout layout, ScanVariant variant)
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        using var small = new TableArena(new TableArenaOptions { CapacityBytes = layout.DestinationBytes, HugePages = false });
        using var twin = new TableArena(new TableArenaOptions { HugePages = false });
        var source = new PageTable<X64L4>(arena) { Scan = variant };
        var (destination, expected) = (new PageTable<VtdSs4>(small), new PageTable<VtdSs4>(twin));
        foreach (var (at, pfn, permissions) in layout.Source) source.TryMap(at, pfn, permissions);
        foreach (var (at, pfn) in layout.Conflicts)
        {
            destination.TryMap(at, pfn, Permissions.Read);
            expected.TryMap(at, pfn, Permissions.Read);
        }

        var report = Pin(source, layout.Range, destination, layout.DestinationStart, layout.Permissions);
        Assert.That(report.Pages, Is.EqualTo((report.At.Value - layout.Range.Start.Value) >> 12), "pages before At");
        var (status, failure, stopped, runs) = Plain(layout, source, expected, upTo: report.Map == MapStatus.OutOfTables ? report.At.Value : null);
        if (report.Map != MapStatus.OutOfTables)
        {
            Assert.That((report.Status, report.At.Value, report.Runs), Is.EqualTo((status, stopped, runs)), $"{variant}");
            if (status == PinStatus.MapFailed) Assert.That(report.Map, Is.EqualTo(failure));
        }

        Assert.That(All(destination), Is.EqualTo(All(expected)), $"{variant}: {report}");
    }

    /// <summary>The same by the plainest means: pages one by one, runs mapped one by one.</summary>
    private static (PinStatus Status, MapStatus Map, ulong At, ulong Runs) Plain(Layout layout, PageTable<X64L4> source, PageTable<VtdSs4> destination, ulong? upTo)
    {
        var (at, count) = (layout.Range.Start.Value, 0UL);
        foreach (var run in ReferencePinner.ReadRuns(X64L4.Facts, source.Arena.Memory, source.RootWord, layout.Range))
        {
            if (at == upTo) return (PinStatus.MapFailed, MapStatus.OutOfTables, at, count);
            if (run.Start.Value != at) break;
            if (!run.Permissions.HasFlag(layout.Permissions)) return (PinStatus.NotPermitted, MapStatus.Done, at, count);
            var start = new Iova(at - layout.Range.Start.Value + layout.DestinationStart);
            var map = destination.TryMap(IovaRange.Of(start, run.Bytes), run.Pfn, layout.Permissions);
            if (!map.IsDone) return (PinStatus.MapFailed, map.Status, at, count);
            at = run.Last.Value + 1;
            count++;
        }

        return (at == layout.Range.Last.Value + 1 ? PinStatus.Done : PinStatus.Hole, MapStatus.Done, at, count);
    }

    private static List<Run> All(PageTable<VtdSs4> table) =>
        ReferencePinner.ReadRuns(VtdSs4.Facts, table.Arena.Memory, table.RootWord, Range(0, 16 * M2))
            .Concat(ReferencePinner.ReadRuns(VtdSs4.Facts, table.Arena.Memory, table.RootWord, Range((1UL << 48) - (16 * M2), 16 * M2))).ToList();

    /// <summary>A source, a range of it, and what stands in the way.</summary>
    private sealed record Layout(
        List<(IovaRange At, Pfn Pfn, Permissions Permissions)> Source, List<(IovaRange At, Pfn Pfn)> Conflicts, IovaRange Range, ulong DestinationStart, Permissions Permissions, ulong DestinationBytes)
    {
        public static Layout Random(Random random)
        {
            var source = new List<(IovaRange, Pfn, Permissions)>();
            var span = 4 * M2;
            var pfn = (ulong)random.Next(0, 2) * 512 * (ulong)random.Next(0, 9);
            var permissions = Permissions.ReadWrite;
            for (ulong at = 0; at < span;)
            {
                var bytes = Math.Min(span - at, random.Next(4) switch { 0 => M2, 1 => 0x1000UL * (ulong)random.Next(1, 5), 2 => 0x1000UL * (ulong)random.Next(1, 1000), _ => M2 - (at % M2) });
                if (random.OneIn(24)) permissions = random.Pick([Permissions.Read, Permissions.ReadWrite, Permissions.ReadWrite | Permissions.User, Permissions.ReadWrite | Permissions.Execute]);
                if (random.OneIn(4)) pfn = (ulong)random.Next(0, 1 << 14);
                if (!random.OneIn(20)) source.Add((PinTests.Range(at, bytes), new Pfn(pfn), permissions));
                pfn += bytes >> 12;
                at += bytes;
            }

            var start = random.OneIn(3) ? (1UL << 48) - (8 * M2) : 0x1000UL * (ulong)random.Next(0, 3);
            var conflicts = new List<(IovaRange, Pfn)>();
            if (random.OneIn(2)) conflicts.Add((PinTests.Range(start + (0x1000UL * (ulong)random.Next(0, 2048)), 0x1000), new Pfn(3)));
            var first = 0x1000UL * (ulong)random.Next(0, 600);
            var length = 0x1000UL * (ulong)random.Next(1, (int)((span - first) >> 12) + 1);
            return new Layout(
                source, conflicts, PinTests.Range(first, length), start, random.OneIn(3) ? Permissions.Read : Permissions.ReadWrite, random.OneIn(4) ? (ulong)random.Next(6, 12) << 12 : 64 << 20);
        }
    }
}
