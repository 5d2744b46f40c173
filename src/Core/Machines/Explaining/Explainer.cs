using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Explains the BARs of a host: lays each out as its VMM would, and asks the rules.</summary>
public static class Explainer
{
    private const ulong PageBytes = 4096;
    private const string NvGrace = "nvgrace";

    // The series was posted in November 2025; which release took it first was not read.
    private static readonly KernelVersion NvGraceHugeFault = new(7, 0);

    /// <summary>Explains.</summary>
    /// <param name="request">A request that <see cref="ExplainRequest.Check"/> has nothing to say about.</param>
    public static Explanation Explain(ExplainRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Check() is { } problem) throw new ArgumentException(problem, nameof(request));
        var kernel = request.Knowledge.Behaviours.Resolve(request.HostKernel);
        var placer = new AreaPlacer(request.Vmm);
        var taken = request.Devices.SelectMany(device => device.Regions).Where(region => region is { Address: not null, Bytes: > 0, Kind: not RegionKind.IoPorts }).ToList();
        ImmutableArray<ExplainedDevice> devices = [.. request.Devices.Select(device => new ExplainedDevice(device, [.. device.MappableBars.Select(bar => Explain(request, kernel.Profile, placer, device, bar, taken))]))];
        return new Explanation(request, kernel, devices, ExplainFindings.Of(devices, kernel));
    }

    private static ExplainedBar Explain(ExplainRequest request, KernelProfile profile, AreaPlacer placer, PciDevice device, PciRegion bar, List<PciRegion> taken)
    {
        var layout = LayOut(request, profile, placer, device, bar, taken);
        return new ExplainedBar(bar, layout, [.. CpuLeg.Of(layout)], [.. IommuLeg.Of(layout)]);
    }

    private static BarLayout LayOut(ExplainRequest request, KernelProfile profile, AreaPlacer placer, PciDevice device, PciRegion bar, List<PciRegion> taken)
    {
        var (start, bytes) = (bar.Address!.Value, (bar.Bytes!.Value + (PageBytes - 1)) & ~(PageBytes - 1));
        IEnumerable<MappedPart> parts = [new MappedPart(0, bytes, 0)];
        foreach (var hole in request.Holes.Where(hole => hole.Region == bar.Index)) parts = MappedPart.Cut(parts, hole.Part, PartEdge.Sparse);
        // Since Linux 4.16 the BAR is mmapped whole; the table lies over it in the guest, so what is mapped for the device leaves its pages out.
        var sections = device.Msix is { } msix && msix.Region == bar.Index ? MappedPart.Cut(parts, msix.Bytes, PartEdge.Msix) : parts;
        var iova = IovaOf(request, bar, bytes);
        var changed = request.Protected.Where(part => part.Region == bar.Index).Select(part => (BusRange?)part.Part.WholePages).FirstOrDefault();
        var areas = parts.Select(part => part with { Address = VaOf(request, placer, bar, part) }).ToImmutableArray();
        if (changed is { } split) areas = [.. MappedPart.Cut(areas, split, PartEdge.Protection, keepsMiddle: true)];
        return new BarLayout
        {
            Physical = new PhysicalAddress(start & ~(PageBytes - 1)),
            Bytes = bytes,
            Areas = areas,
            Sections = [.. sections.Select(part => part with { Address = iova + part.Offset })],
            Protected = changed,
            Profile = profile,
            Thp = request.Thp,
            IsAdvised = request.IsAdvised,
            HasHugeFault = device.Driver?.StartsWith(NvGrace, StringComparison.Ordinal) != true || request.HostKernel >= NvGraceHugeFault,
            SharesPage = bar.Bytes < PageBytes && (start % PageBytes != 0 || taken.Any(other => other != bar && other.Address / PageBytes == start / PageBytes)),
            VmmAligns = request.Vmm.AlignsMmap || request.Vas.Any(va => va.Region == bar.Index),
            Iommu = request.Iommu,
            Backend = request.Backend,
        };
    }

    private static ulong VaOf(ExplainRequest request, AreaPlacer placer, PciRegion bar, MappedPart part)
    {
        foreach (var va in request.Vas)
        {
            if (va.Region == bar.Index) return va.Address + part.Offset;
        }

        return placer.Place(BusRange.Of(part.Offset, part.Bytes)).Value;
    }

    /// <summary>Where the guest has the BAR: as said, or at a multiple of its size, as firmware places it.</summary>
    private static ulong IovaOf(ExplainRequest request, PciRegion bar, ulong bytes)
    {
        foreach (var iova in request.Iovas)
        {
            if (iova.Region == bar.Index) return iova.Address;
        }

        return Math.Max(PageSize.Size1G.Bytes, System.Numerics.BitOperations.RoundUpToPowerOf2(bytes));
    }
}
