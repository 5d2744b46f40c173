using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// A VFIO container with the type1v2 IOMMU driver (<c>struct vfio_iommu</c>) and at most one domain. Errors are results; what a failed call did is
/// undone. One thread at a time, as the container's mutex has it.
/// </summary>
public sealed partial class Type1Container
{
    /// <summary>Mappings that a container may hold (<c>dma_entry_limit</c>).</summary>
    public const int DefaultEntryLimit = 65535;

    private readonly List<IovaRange> _windows = [];
    private readonly KernelProfile _profile;
    private readonly KernelCounters _counters;
    private readonly MapPath _path;
    private readonly IommuDomain? _domain;
    private readonly VfioDmaList _mappings;
    private readonly VfioPinner _pinner;
    private readonly VfioUnmapper _unmapper;
    private readonly FastDma _fast;
    private readonly ulong _pageOffsetMask = PageSize.Size4K.OffsetMask;

    /// <summary>A container of a process.</summary>
    /// <param name="mm">The process's address space; its profile is the container's.</param>
    /// <param name="domain">The domain of the attached group, or <see langword="null"/>: then mappings are only noted.</param>
    /// <param name="counters">Where to count.</param>
    /// <param name="path">How to map.</param>
    public Type1Container(AddressSpace mm, IommuDomain? domain, KernelCounters counters, MapPath path = MapPath.Kernel)
    {
        ArgumentNullException.ThrowIfNull(mm);
        ArgumentNullException.ThrowIfNull(counters);
        _profile = mm.Profile;
        _counters = counters;
        _path = path;
        _domain = domain;
        _mappings = new VfioDmaList(path == MapPath.Fast ? EndOfSpace.Inclusive : _profile.EndOfSpace);
        _unmapper = new VfioUnmapper(mm, counters);
        _pinner = new VfioPinner(mm, counters, _unmapper);
        _fast = new FastDma(mm, counters);
        if (domain is null) return;
        _pageOffsetMask = Math.Max(domain.Geometry.SmallestPage, PageSize.Size4K.Bytes) - 1;
        AllowWindow(domain.Geometry.Aperture);
    }

    /// <summary>Mappings that may still be added (<c>dma_avail</c>).</summary>
    public int DmaAvailable { get; private set; } = DefaultEntryLimit;

    /// <summary>Most mappings at a time (<c>dma_entry_limit</c>), to be set before the first one.</summary>
    public int DmaEntryLimit
    {
        init => DmaAvailable = value;
    }

    /// <summary>Mappings that stand.</summary>
    public int MappingCount => _mappings.Count;

    /// <summary>Replaces the allowed device addresses (<c>iova_list</c>); a mapping must lie inside one window. No window allows all.</summary>
    public void SetWindows(params ReadOnlySpan<IovaRange> windows)
    {
        _windows.Clear();
        foreach (var window in windows) AllowWindow(window);
    }

    private void AllowWindow(IovaRange window) => _windows.Add(window);
}
