namespace Fast.PageTables.Tests.Pinning;

/// <summary>The plain pin loop: the twin of the emitted ones, and all there is for other pairs.</summary>
public sealed class RunPinTests
{
    private const ulong G = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private const ulong K4 = 4UL << 10;

    [Test]
    public void It_does_what_the_emitted_loops_do([Range(0, 19)] int seed)
    {
        var random = new Random(seed);
        var skew = random.Next(4) switch { 0 => 0UL, 1 => K4, 2 => 16 * K4, _ => M2 };
        var pieces = Pieces(random);
        foreach (var variant in ScanVariants.Supported)
        {
            Compare<X64L4ToVtdSs4, VtdSs4>(pieces, skew, variant);
            Compare<X64L4ToAmdV1, AmdV1>(pieces, skew, variant);
            Compare<X64L4ToArmv8S2G4K, Armv8S2G4K>(pieces, skew, variant);
            Compare<X64L4ToRiscvSv48x4, RiscvSv48x4>(pieces, skew, variant);
        }
    }

    [Test]
    public void A_pair_that_nobody_asked_for_is_pinned_with_the_largest_leaves()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<RiscvSv39>(arena));
        source.Map(Range(8 * G, 4 * G), new Pfn(16 * G >> 12), Permissions.ReadWrite | Permissions.User);
        var report = PageTablePins.Pin<RunPin<X64L4, RiscvSv39>, X64L4, RiscvSv39>(source, Range(8 * G, 4 * G), destination, new Iova(32 * G), Permissions.ReadWrite);
        Assert.That((report.Status, report.Pages, report.Runs, report.LeavesWritten[2]), Is.EqualTo((PinStatus.Done, 4 * G >> 12, 1UL, 4UL)));
        Assert.That(destination.Translate(new Iova((32 * G) + 0x1234567)), Is.EqualTo(new PhysicalAddress((16 * G) + 0x1234567)));
    }

    [Test]
    public void Frames_that_the_destination_cannot_name_are_refused_and_nothing_of_their_run_stands()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<Armv8S1G4K>(arena));
        source.Map(Range(G, M2), new Pfn((1UL << 36) - 256), Permissions.ReadWrite);
        var report = PageTablePins.Pin<RunPin<X64L4, Armv8S1G4K>, X64L4, Armv8S1G4K>(source, Range(G, M2), destination, new Iova(G), Permissions.ReadWrite);
        Assert.That((report.Status, report.Map, report.Pages), Is.EqualTo((PinStatus.MapFailed, MapStatus.BadOutput, 0UL)));
        Assert.That(destination.CountLeafSizes(Range(G, M2)).Total, Is.Zero);
    }

    [Test]
    public void Runs_that_the_smallest_leaf_of_the_destination_does_not_divide_are_refused()
    {
        using var arena = new TableArena();
        var (source, destination) = (new PageTable<X64L4>(arena), new PageTable<Armv8S2G64K>(arena));
        source.Map(Range(G, M2), new Pfn((2 * G / K4) + 1), Permissions.ReadWrite);
        var report = PageTablePins.Pin<RunPin<X64L4, Armv8S2G64K>, X64L4, Armv8S2G64K>(source, Range(G, M2), destination, new Iova(G), Permissions.ReadWrite);
        Assert.That((report.Status, report.Map, report.Pages), Is.EqualTo((PinStatus.MapFailed, MapStatus.Misaligned, 0UL)));
        Assert.That(destination.CountLeafSizes(Range(G, M2)).Total, Is.Zero);
    }

    private static void Compare<TPair, TDestination>(List<(ulong Start, ulong Bytes, ulong Frame)> pieces, ulong skew, ScanVariant variant)
        where TPair : struct, IPinLoop<X64L4, TDestination>
        where TDestination : struct, IRunFormat, IMapFormat
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var source = new PageTable<X64L4>(arena) { Scan = variant };
        var (emitted, plain) = (new PageTable<TDestination>(arena), new PageTable<TDestination>(arena));
        foreach (var (start, bytes, frame) in pieces) source.Map(Range(start, bytes), new Pfn(frame), Permissions.ReadWrite);
        var all = IovaRange.Inclusive(new Iova(pieces[0].Start), new Iova(pieces[^1].Start + pieces[^1].Bytes - 1));
        var first = PageTablePins.Pin<TPair, X64L4, TDestination>(source, all, emitted, new Iova(all.Start.Value + skew), Permissions.ReadWrite);
        var second = PageTablePins.Pin<RunPin<X64L4, TDestination>, X64L4, TDestination>(source, all, plain, new Iova(all.Start.Value + skew), Permissions.ReadWrite);
        Assert.That(second, Is.EqualTo(first));
        var written = Range(0, 1UL << 38);
        Assert.That(plain.CountLeafSizes(written), Is.EqualTo(emitted.CountLeafSizes(written)));
        Assert.That(ReferencePinnerRuns(plain), Is.EqualTo(ReferencePinnerRuns(emitted)));

        List<Run> ReferencePinnerRuns(PageTable<TDestination> table)
        {
            var runs = new List<Run>();
            var cursor = new RunCursor(written);
            var buffer = new Run[8];
            while (!cursor.IsAtEnd) runs.AddRange(buffer[..table.ReadRuns(ref cursor, buffer)]);
            return runs;
        }
    }

    /// <summary>Mapped pieces in order of address, now and then with a hole between.</summary>
    private static List<(ulong Start, ulong Bytes, ulong Frame)> Pieces(Random random)
    {
        var pieces = new List<(ulong, ulong, ulong)>();
        var (start, frame) = (8 * G, 16 * G / K4);
        for (var left = random.Next(1, 12); left > 0; left--)
        {
            var bytes = (ulong)random.Next(1, 700) * (random.Next(6) == 0 ? 64 * K4 : K4);
            if (random.Next(3) == 0) frame = (random.Next(2) == 0 ? 32 * G / K4 : 0) + (start / K4 % (G / K4)) + (ulong)random.Next(3);
            pieces.Add((start, bytes, frame));
            start += bytes + (random.Next(8) == 0 ? K4 : 0);
            frame += bytes / K4;
        }

        return pieces;
    }

    private static IovaRange Range(ulong start, ulong bytes) => IovaRange.Of(new Iova(start), bytes);
}
