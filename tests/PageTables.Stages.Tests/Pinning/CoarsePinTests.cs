namespace Fast.PageTables.Stages.Tests.Pinning;

/// <summary>Pin loops into formats whose smallest leaf is larger than the source's: what the plain loop does, and what the plain pinner reads.</summary>
[TestFixture(typeof(X64L4ToArmv8S2G16K), typeof(X64L4), typeof(Armv8S2G16K))]
[TestFixture(typeof(Armv8S1G4KToArmv8S2G64K), typeof(Armv8S1G4K), typeof(Armv8S2G64K))]
internal sealed class CoarsePinTests<TPair, TSource, TDestination>
    where TPair : struct, IPinLoop<TSource, TDestination>
    where TSource : struct, IRunFormat, IMapFormat
    where TDestination : struct, IRunFormat, IMapFormat
{
    private static readonly ulong Granule = 1UL << TDestination.Facts.Levels[0].Shift;

    [Test]
    public void It_ends_where_and_as_the_plain_loop_does()
    {
        var seen = new HashSet<(PinStatus, MapStatus)>();
        Seeds.Each(120, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 64 << 20, HugePages = false });
            var source = new PageTable<TSource>(arena) { Scan = random.Pick([.. ScanVariants.Supported]) };
            var range = Fill(source, random);
            var (fast, plain) = (new PageTable<TDestination>(arena), new PageTable<TDestination>(arena));
            var to = new Iova((ulong)random.Next(1, 1 << 10) * Granule);
            var report = PageTablePins.Pin<TPair, TSource, TDestination>(source, range, fast, to, Permissions.ReadWrite);
            var twin = PageTablePins.Pin<RunPin<TSource, TDestination>, TSource, TDestination>(source, range, plain, to, Permissions.ReadWrite);
            Assert.That(twin, Is.EqualTo(report), $"{range} to {to}");
            Assert.That((report.Status, report.Map, report.Pages), Is.EqualTo(Expected(source, range)), $"{range} to {to}");
            // What was pinned stands there, page by page, and nothing else.
            var whole = IovaRange.Of(to, range.Bytes);
            Assert.That(Runs(fast, whole).Aggregate(0UL, (pages, run) => pages + run.Pages), Is.EqualTo(report.Pages));
            for (ulong page = 0; page < report.Pages; page++) Assert.That(fast.Translate(to + (page << 12)), Is.EqualTo(source.Translate(range.Start + (page << 12))));
            Assert.That(plain.CountLeaves(whole), Is.EqualTo(fast.CountLeaves(whole)));
            seen.Add((report.Status, report.Map));
        });
        Assert.That(seen, Is.SupersetOf(new[] { (PinStatus.Done, MapStatus.Done), (PinStatus.Hole, MapStatus.Done), (PinStatus.MapFailed, MapStatus.Misaligned) }));
    }

    [Test]
    public void More_runs_than_a_batch_holds_are_cut_between_runs()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 64 << 20, HugePages = false });
        foreach (var variant in ScanVariants.Supported)
        {
            var (source, destination) = (new PageTable<TSource>(arena) { Scan = variant }, new PageTable<TDestination>(arena));
            const int Runs = 3000;
            for (ulong run = 0; run < Runs; run++) source.Map(IovaRange.Of(new Iova(run * Granule), Granule), new Pfn((Runs - run) * 2 * (Granule >> 12)), Permissions.ReadWrite);
            var report = PageTablePins.Pin<TPair, TSource, TDestination>(source, IovaRange.Of(new Iova(0), Runs * Granule), destination, new Iova(Granule), Permissions.ReadWrite);
            Assert.That((report.Status, report.Map, report.Runs), Is.EqualTo((PinStatus.Done, MapStatus.Done, (ulong)Runs)), $"{variant}");
        }
    }

    /// <summary>By the plain pinner: up to the first run that is not there or that the granule does not divide.</summary>
    private static (PinStatus Status, MapStatus Map, ulong Pages) Expected(PageTable<TSource> source, IovaRange range)
    {
        ulong pages = 0;
        foreach (var run in Runs(source, range))
        {
            if (run.Start != range.Start + (pages << 12)) return (PinStatus.Hole, MapStatus.Done, pages);
            if ((((pages << 12) | (run.Pfn.Value << 12) | run.Bytes) & (Granule - 1)) != 0) return (PinStatus.MapFailed, MapStatus.Misaligned, pages);
            pages += run.Pages;
        }

        return (pages == range.Pages ? PinStatus.Done : PinStatus.Hole, MapStatus.Done, pages);
    }

    private static List<Run> Runs<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IPageTableFormat => ReferencePinner.ReadRuns(TFormat.Facts, table.Arena.Memory, table.RootWord, range);

    /// <summary>Pieces that are mostly made of the destination's pages; now and then one that is not, or a hole.</summary>
    private static IovaRange Fill(PageTable<TSource> source, Random random)
    {
        var start = (ulong)random.Next(1, 1 << 8) << 30;
        var (at, frame) = (start, 1UL << 20);
        for (var left = random.Next(1, 8); left > 0; left--)
        {
            var odd = random.OneIn(10);
            var bytes = odd ? (ulong)random.Next(1, 40) << 12 : (ulong)random.Next(1, 12) * Granule;
            if (random.OneIn(2)) frame = ((ulong)random.Next(1, 1 << 12) << 10) + (random.OneIn(20) ? 1UL : 0);
            source.Map(IovaRange.Of(new Iova(at), bytes), new Pfn(frame), Permissions.ReadWrite);
            (at, frame) = (at + bytes, frame + (bytes >> 12));
            if (random.OneIn(12)) at += Granule;
        }

        at = (at + Granule - 1) & ~(Granule - 1);
        return IovaRange.Of(new Iova(start), at - start);
    }
}
