using Fast.Host;
using Fast.PageTables;

namespace Fast.Tool.Measure;

/// <summary>A measurement for people.</summary>
internal static class MeasureText
{
    /// <summary>Writes it.</summary>
    public static void Write(MeasureDocument document, CliStreams streams)
    {
        var page = new Page(streams);
        var (machine, device) = (document.Machine, document.Device);
        page.Strong($"{device.Address} ({device.Driver}, IOMMU group {device.Group}) on {machine.Machine}, Linux {machine.Kernel}, {machine.Cpu}");
        page.Line($"IOMMU {machine.Iommu} with pages of {Sizes(device.PageSizes)}; transparent huge pages {machine.Thp}; mapped by {document.Backend}.");
        page.Heading("MAP_DMA and UNMAP_DMA");
        page.Rows(["", "largest leaf", "first map", "unmap", "map again", "unmap", "map again, per GiB"], document.Points.Select(point => (IReadOnlyList<string>)
        [
            Title(point), Leaf(point), Time(point.MapFirst), Time(point.UnmapFirst), Time(point.MapAgain), Time(point.UnmapAgain),
            Numbers.Seconds(point.MapAgain.Nanoseconds * 1e-9 / point.Size * (1UL << 30)),
        ]));
        if (document.Points.Any(point => point.FastPath is not null)) WriteFastPath(page, document);
        if (document.Absent is { } absent)
        {
            foreach (var point in document.Points) WriteCalls(page, point);
            if (!absent.IsEmpty) page.Line($"Not countable in this kernel: {string.Join(", ", absent)}.");
        }

        page.Line();
        page.Line("'first map' includes the page faults of a fresh mmap. What a larger leaf would save: 'fast map --compare'.");
    }

    private static void WriteFastPath(Page page, MeasureDocument document)
    {
        page.Heading("The same table work by this library (the shortest run)");
        page.Rows(["", "leaves", "map", "unmap", "kernel's map again and unmap / these"], document.Points.Where(point => point.FastPath is not null).Select(point => (IReadOnlyList<string>)
        [
            Title(point), Numbers.Count(point.FastPath!.Leaves), Numbers.Seconds(point.FastPath.MapNanoseconds * 1e-9), Numbers.Seconds(point.FastPath.UnmapNanoseconds * 1e-9),
            Numbers.Factor((point.MapAgain.Nanoseconds + point.UnmapAgain.Nanoseconds) / (double)Math.Max(1, point.FastPath.MapNanoseconds + point.FastPath.UnmapNanoseconds)),
        ]));
    }

    private static void WriteCalls(Page page, PointView point)
    {
        page.Heading($"{Title(point)}: calls of the kernel");
        var columns = new[] { point.MapFirst.Calls!, point.UnmapFirst.Calls!, point.MapAgain.Calls!, point.UnmapAgain.Calls! };
        (string Name, Func<CountedCalls, long?> Of)[] rows =
        [
            ("pfn lookups (vaddr_get_pfns)", calls => calls.VaddrGetPfns),
            ("pin attempts (pin_user_pages_remote)", calls => calls.GupAttempts),
            ("page table walks (follow_pfnmap_start)", calls => calls.Lookups),
            ("CPU page faults (fixup_user_fault)", calls => calls.Faults),
            ("huge_fault calls of vfio-pci", calls => calls.HugeFaultCalls),
            ("chunks (vfio_pin_pages_remote)", calls => calls.Chunks),
            ("iommu_map calls", calls => calls.IommuMapCalls),
            ("translations asked for (iommu_iova_to_phys)", calls => calls.IovaToPhys),
            ("iommu_unmap calls", calls => calls.IommuUnmapCalls),
        ];
        page.Rows(["", "first map", "unmap", "map again", "unmap"], rows.Select(row => (IReadOnlyList<string>)[row.Name, .. columns.Select(calls => row.Of(calls) is { } count ? Numbers.Count(count) : "-")]));
    }

    private static string Title(PointView point) => point.Bar is { } bar
        ? $"{Numbers.Size(point.Size)} of BAR {bar}{(point.Offset == 0 ? "" : $" from {Numbers.Size(point.Offset)}")}{Off("mmap", point.VaSkew ?? 0)}{Off("device address", point.IovaSkew)}"
        : $"{Numbers.Size(point.Size)} of memory ({point.Memory}){Off("device address", point.IovaSkew)}";

    private static string Off(string what, ulong skew) => skew == 0 ? "" : $", {what} off by {Numbers.Size(skew)}";

    // What the alignment of the mmap allows; whether the kernel uses it is what the times show.
    private static string Leaf(PointView point) => point switch
    {
        { Va: 0 } => "-",
        { Bar: null, Memory: "thp" } => "2M",
        { Bar: null } => point.Memory,
        { VaSkew: 0 } => "up to 1G",
        { VaSkew: { } skew } when skew % PageSize.Size2M.Bytes == 0 => "up to 2M",
        _ => "4K",
    };

    private static string Time(DmaRequestView request) => Numbers.Seconds(request.Nanoseconds * 1e-9);

    private static string Sizes(IEnumerable<ulong> sizes) => string.Join(", ", sizes.Select(Numbers.Size).DefaultIfEmpty("unknown sizes"));
}
