namespace Fast.PageTables.Stages.Tests.Pinning;

/// <summary>Every pin pair of the library against the plain pinner and single maps.</summary>
[TestFixture(typeof(X64L4ToVtdSs4), typeof(X64L4), typeof(VtdSs4))]
[TestFixture(typeof(X64L4ToAmdV1), typeof(X64L4), typeof(AmdV1))]
[TestFixture(typeof(X64L4ToArmv8S2G4K), typeof(X64L4), typeof(Armv8S2G4K))]
[TestFixture(typeof(X64L4ToRiscvSv48x4), typeof(X64L4), typeof(RiscvSv48x4))]
[TestFixture(typeof(X64L5ToVtdSs4), typeof(X64L5), typeof(VtdSs4))]
[TestFixture(typeof(X64L5ToAmdV1), typeof(X64L5), typeof(AmdV1))]
[TestFixture(typeof(X64L5ToArmv8S2G4K), typeof(X64L5), typeof(Armv8S2G4K))]
[TestFixture(typeof(X64L5ToRiscvSv48x4), typeof(X64L5), typeof(RiscvSv48x4))]
[TestFixture(typeof(Armv8S1G4KToVtdSs4), typeof(Armv8S1G4K), typeof(VtdSs4))]
[TestFixture(typeof(Armv8S1G4KToAmdV1), typeof(Armv8S1G4K), typeof(AmdV1))]
[TestFixture(typeof(Armv8S1G4KToArmv8S2G4K), typeof(Armv8S1G4K), typeof(Armv8S2G4K))]
[TestFixture(typeof(Armv8S1G4KToRiscvSv48x4), typeof(Armv8S1G4K), typeof(RiscvSv48x4))]
internal sealed class PairTests<TPair, TSource, TDestination>
    where TPair : struct, IPinLoop<TSource, TDestination>
    where TSource : struct, IRunFormat, IMapFormat
    where TDestination : struct, IRunFormat, IMapFormat
{
    private static readonly Permissions[] Wishes = [Permissions.ReadWrite, Permissions.ReadWrite | Permissions.User, Permissions.Read, Permissions.ReadWrite | Permissions.Execute];

    [Test]
    public void A_pin_does_what_reading_pages_and_mapping_runs_does()
    {
        var seen = new HashSet<PinStatus>();
        Seeds.Each(60, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 64 << 20, HugePages = false });
            var source = new PageTable<TSource>(arena) { Scan = random.Pick([.. ScanVariants.Supported]) };
            var start = (ulong)random.Next(0, 1 << 17) << 30;
            var end = Fill(source, random, start);
            var range = random.OneIn(2) ? IovaRange.Of(new Iova(start), end - start) : Part(random, start, end - start);
            // Now and then beyond what a new growing root reaches, and congruent or not.
            var to = random.OneIn(3) ? start : ((ulong)random.Next(0, 1 << 17) << 30) + (random.OneIn(2) ? 0 : (ulong)random.Next(512) << 12) + (range.Start.Value & (random.OneIn(2) ? 0 : 0x3FFF_F000UL));
            seen.Add(Compare(random, source, range, new Iova(to)));
        });
        Assert.That(seen, Is.SupersetOf(new[] { PinStatus.Done, PinStatus.Hole, PinStatus.NotPermitted, PinStatus.MapFailed }));
    }

    [Test]
    public void A_destination_is_reached_wherever_its_format_reaches()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<TSource>(arena), new PageTable<TDestination>(arena));
        source.Map(IovaRange.Of(new Iova(0), 1UL << 30), new Pfn(1UL << 18), Permissions.ReadWrite);
        var last = Math.Min(TDestination.Facts.InputBits, 60);
        var at = new Iova((1UL << last) - (1UL << 30));
        var report = PageTablePins.Pin<TPair, TSource, TDestination>(source, IovaRange.Of(new Iova(0), 1UL << 30), destination, at, Permissions.ReadWrite);
        Assert.That((report.Status, report.Pages, report.LeavesWritten.Total), Is.EqualTo((PinStatus.Done, 1UL << 18, 1UL)));
        Assert.That(destination.Translate(at + 0x1234567), Is.EqualTo(new PhysicalAddress((1UL << 30) + 0x1234567)));
    }

    [Test]
    public void A_pin_into_a_full_arena_leaves_nothing_behind()
    {
        using var sources = new TableArena();
        using var destinations = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 18, HugePages = false });
        var (source, destination) = (new PageTable<TSource>(sources), new PageTable<TDestination>(destinations));
        for (ulong page = 0; page < 1 << 16; page++) source.Map(IovaRange.Of(new Iova(page << 12), 4096), new Pfn(2 * page), Permissions.ReadWrite);
        var report = PageTablePins.Pin<TPair, TSource, TDestination>(source, IovaRange.Of(new Iova(0), 1UL << 28), destination, new Iova(0x4000_0000_1000), Permissions.ReadWrite);
        Assert.That((report.Status, report.Map), Is.EqualTo((PinStatus.MapFailed, MapStatus.OutOfTables)));
        Assert.That(Runs(destination, IovaRange.Of(new Iova(0x4000_0000_1000), 1UL << 28)).Aggregate(0UL, (pages, run) => pages + run.Pages), Is.EqualTo(report.Pages));
    }

    private static PinStatus Compare(Random random, PageTable<TSource> source, IovaRange range, Iova to)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 64 << 20, HugePages = false });
        var (fast, plain) = (new PageTable<TDestination>(arena), new PageTable<TDestination>(arena));
        if (random.OneIn(4))
        {
            // Something stands in the way.
            var taken = IovaRange.Of(to + ((ulong)random.Next(2048) << 12), 0x1000);
            fast.Map(taken, new Pfn(5), Permissions.Read);
            plain.Map(taken, new Pfn(5), Permissions.Read);
        }

        var permissions = random.OneIn(4) ? Permissions.ReadWrite : Permissions.Read;
        var report = PageTablePins.Pin<TPair, TSource, TDestination>(source, range, fast, to, permissions);
        var expected = Plain(source, range, plain, to, permissions);
        Assert.That((report.Status, report.Pages, report.Runs), Is.EqualTo(expected), $"{range} to {to}");
        var whole = IovaRange.Of(to, Math.Max(range.Bytes, 1UL << 24));
        Assert.That(Runs(fast, whole), Is.EqualTo(Runs(plain, whole)));
        Assert.That(fast.CountLeaves(whole), Is.EqualTo(plain.CountLeaves(whole)));
        return report.Status;
    }

    /// <summary>Runs read page by page, each mapped by itself.</summary>
    private static (PinStatus Status, ulong Pages, ulong Runs) Plain(PageTable<TSource> source, IovaRange range, PageTable<TDestination> destination, Iova to, Permissions permissions)
    {
        var at = range.Start;
        ulong count = 0;
        foreach (var run in Runs(source, range))
        {
            if (run.Start != at) return (PinStatus.Hole, (at.Value - range.Start.Value) >> 12, count);
            if ((run.Permissions & permissions) != permissions) return (PinStatus.NotPermitted, (at.Value - range.Start.Value) >> 12, count);
            if (!destination.TryMap(IovaRange.Of(to + (at.Value - range.Start.Value), run.Bytes), run.Pfn, permissions).IsDone) return (PinStatus.MapFailed, (at.Value - range.Start.Value) >> 12, count);
            count++;
            at += run.Bytes;
        }

        return (at == range.Last + 1 ? PinStatus.Done : PinStatus.Hole, (at.Value - range.Start.Value) >> 12, count);
    }

    private static List<Run> Runs<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IPageTableFormat => ReferencePinner.ReadRuns(TFormat.Facts, table.Arena.Memory, table.RootWord, range);

    private static ulong Fill(PageTable<TSource> source, Random random, ulong at)
    {
        var output = 1UL << 30;
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var size = 1UL << random.Pick([12, 12, 16, 21]);
            at = (at + size - 1) & ~(size - 1);
            if (random.OneIn(2)) output = ((ulong)random.Next(1 << 16) << 24) + (random.OneIn(2) ? 0 : (ulong)random.Next(512) << 12);
            var bytes = size * (ulong)random.Next(1, size > 1 << 16 ? 4 : 40);
            source.Map(IovaRange.Of(new Iova(at), bytes), new Pfn(output >> 12), random.Pick(Wishes));
            (at, output) = (at + bytes, output + bytes);
            if (random.OneIn(8)) at += (ulong)random.Next(1, 40) << 12;
        }

        return at;
    }

    private static IovaRange Part(Random random, ulong start, ulong bytes)
    {
        var pages = (int)(bytes >> 12);
        var first = random.Next(pages);
        return IovaRange.Of(new Iova(start + ((ulong)first << 12)), (ulong)random.Next(1, pages - first + 1) << 12);
    }
}
