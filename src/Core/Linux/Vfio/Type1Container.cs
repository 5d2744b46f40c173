using System.Numerics;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// A VFIO container with the type1 IOMMU driver (<c>struct vfio_iommu</c>): its mappings, the domains that translate them, the emulated devices that hold
/// single pages. Errors are results; what a failed call did is undone. One thread at a time, as the container's mutex has it.
/// </summary>
public sealed partial class Type1Container
{
    /// <summary>Mappings that a container may hold (<c>dma_entry_limit</c>).</summary>
    public const int DefaultEntryLimit = 65535;

    private readonly KernelProfile _profile;
    private readonly KernelCounters _counters;
    private readonly AddressSpace _mm;
    private readonly MapPath _path;
    private readonly VfioDomains _domains;
    private readonly VfioDmaList _mappings;
    private readonly VfioAccounting _accounting;
    private readonly VfioUnpinner _unpinner;
    private readonly VfioLookup _lookup;
    private readonly VfioPinner _pinner;
    private readonly VfioUnmapper _unmapper;
    private readonly FastDma _fast;
    private ulong _pageOffsetMask = PageSize.Size4K.OffsetMask;

    /// <summary>A container of a process.</summary>
    /// <param name="mm">The process's address space; its profile is the container's.</param>
    /// <param name="domain">The domain of the first group, or <see langword="null"/>: then mappings are only noted until one is attached.</param>
    /// <param name="counters">Where to count.</param>
    /// <param name="path">How to map.</param>
    public Type1Container(AddressSpace mm, IommuDomain? domain, KernelCounters counters, MapPath path = MapPath.Kernel)
    {
        ArgumentNullException.ThrowIfNull(mm);
        ArgumentNullException.ThrowIfNull(counters);
        _mm = mm;
        _profile = mm.Profile;
        _counters = counters;
        _path = path;
        _domains = new VfioDomains(mm, counters);
        _mappings = new VfioDmaList(path == MapPath.Fast ? EndOfSpace.Inclusive : _profile.EndOfSpace);
        _accounting = new VfioAccounting(mm, counters);
        _unpinner = new VfioUnpinner(mm, counters, _accounting);
        _lookup = new VfioLookup(mm, counters);
        _pinner = new VfioPinner(mm, counters, _lookup, _accounting, _unpinner);
        _unmapper = new VfioUnmapper(mm, counters, _accounting, _unpinner);
        _fast = new FastDma(mm, counters, _accounting, _unpinner);
        if (domain is not null) AttachDomain(domain);
    }

    /// <summary>Mappings that may still be added (<c>dma_avail</c>).</summary>
    public int DmaAvailable { get; private set; } = DefaultEntryLimit;

    /// <summary>Most mappings at a time (<c>dma_entry_limit</c>), to be set before the first one.</summary>
    public int DmaEntryLimit
    {
        init => DmaAvailable = value;
    }

    /// <summary>VFIO_TYPE1_IOMMU, the first version: an unmap may miss or take more than it names, and emulated devices cannot hold pages.</summary>
    public bool IsV1 { get; init; }

    /// <summary>The module parameter <c>disable_hugepages</c>, which may change at any time: every page is looked up and mapped on its own.</summary>
    public bool DisablesHugepages
    {
        get => _pinner.DisablesHugepages;
        set => _pinner.DisablesHugepages = value;
    }

    /// <summary>Mappings that stand.</summary>
    public int MappingCount => _mappings.Count;

    /// <summary>The domains, in the order in which they were attached.</summary>
    public IReadOnlyList<IommuDomain> Domains => _domains.All;

    internal VfioDmaList Mappings => _mappings;

    private void UpdatePageSizes() => _pageOffsetMask = (1UL << BitOperations.TrailingZeroCount(_domains.PageSizes)) - 1;

    private bool IsFast => _path == MapPath.Fast;
}
