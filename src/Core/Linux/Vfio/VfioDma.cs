using Fast.PageTables;

namespace Fast.Linux;

/// <summary>One mapping of a container (<c>struct vfio_dma</c>): exactly the range that was asked for.</summary>
internal struct VfioDma
{
    /// <summary>First device address.</summary>
    public Iova Iova;

    /// <summary>First virtual address.</summary>
    public Va Va;

    /// <summary>Bytes mapped so far: it grows chunk by chunk, so that unwinding knows how far it came.</summary>
    public ulong Bytes;

    /// <summary>What the device may do.</summary>
    public Permissions Permissions;

    /// <summary>Some chunk held reserved frames (<c>has_rsvd</c>): never reset.</summary>
    public bool HasReserved;

    /// <summary>Some page was pinned: the fast path has to give it back. The kernel path finds out page by page.</summary>
    public bool HasPinned;

    /// <summary>The domains translate it (<c>iommu_mapped</c>).</summary>
    public bool IsMapped;

    /// <summary>Whoever mapped it was allowed to lock without limit (<c>lock_cap</c>).</summary>
    public bool IgnoresLimit;

    /// <summary>Its virtual address was withdrawn and not given anew yet (<c>vaddr_invalid</c>).</summary>
    public bool IsVaInvalid;

    /// <summary>Pages charged for it (<c>locked_vm</c>).</summary>
    public ulong LockedPages;

    /// <summary>Pages that emulated devices hold, or <see langword="null"/>.</summary>
    public ExternalPins? External;

    /// <summary>Pages written since they were last asked for, one bit each and a word to shift into, or <see langword="null"/>.</summary>
    public ulong[]? Dirty;

    /// <summary>Last device address, inclusive.</summary>
    public readonly Iova Last => new(unchecked(Iova.Value + (Bytes - 1)));

    /// <summary>Pages.</summary>
    public readonly ulong Pages => Bytes >> Pfn.Shift;

    /// <summary>How many pages of a range emulated devices hold.</summary>
    public readonly int ExternalIn(Iova first, ulong pages) => External is null ? 0 : External.CountIn(first, pages);
}
