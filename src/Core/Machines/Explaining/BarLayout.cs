using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>One BAR as a process has it mmapped and as it is mapped for a device: all that decides about the size of leaves.</summary>
public sealed record BarLayout
{
    /// <summary>Where the BAR is on the host.</summary>
    public required PhysicalAddress Physical { get; init; }

    /// <summary>Its size, in whole pages.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>The areas of the process, in order.</summary>
    public required ImmutableArray<MappedPart> Areas { get; init; }

    /// <summary>What is mapped for the device, one request each, in order; every byte of it lies in an area.</summary>
    public required ImmutableArray<MappedPart> Sections { get; init; }

    /// <summary>The part whose rights were changed, or <see langword="null"/>: nothing can be written there.</summary>
    public BusRange? Protected { get; init; }

    /// <summary>The host's kernel.</summary>
    public required KernelProfile Profile { get; init; }

    /// <summary>The host's setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>The process advised MADV_HUGEPAGE.</summary>
    public bool IsAdvised { get; init; }

    /// <summary>The driver of the device on the host serves huge faults.</summary>
    public bool HasHugeFault { get; init; } = true;

    /// <summary>The BAR is smaller than a page and not alone in it: nobody can mmap it.</summary>
    public bool SharesPage { get; init; }

    /// <summary>The VMM takes care where it mmaps BARs.</summary>
    public bool VmmAligns { get; init; } = true;

    /// <summary>The host's IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;

    /// <summary>Who maps for the device.</summary>
    public MapBackend Backend { get; init; }

    /// <summary>The kernel with what the driver makes of it: one without <c>huge_fault</c> remaps the whole area, as all did before 6.12.</summary>
    internal KernelProfile EffectiveProfile => HasHugeFault || Profile.BarFault != BarFault.HugeOrders ? Profile : Profile with { BarFault = BarFault.RemapWholeArea };

    /// <summary>Whether the device's mapping comes from the physical range, not from the process.</summary>
    internal bool IsDmaBuf => Backend == MapBackend.Iommufd && Profile.IommufdMapsDmaBufs;

    /// <summary>Whether the BAR is mapped for the device at all.</summary>
    internal bool IsMappedForDevice => !SharesPage && (Backend == MapBackend.Type1 || IsDmaBuf);
}
