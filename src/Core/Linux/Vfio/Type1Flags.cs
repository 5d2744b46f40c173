namespace Fast.Linux;

/// <summary>Flags of VFIO_IOMMU_MAP_DMA, by their bits.</summary>
[Flags]
public enum MapDmaFlags
{
    /// <summary>None: refused.</summary>
    None = 0,

    /// <summary>The device may read.</summary>
    Read = 1 << 0,

    /// <summary>The device may write.</summary>
    Write = 1 << 1,

    /// <summary>Nothing is mapped: a mapping whose virtual address was withdrawn gets a new one.</summary>
    Vaddr = 1 << 2,
}

/// <summary>Flags of VFIO_IOMMU_UNMAP_DMA, by their bits.</summary>
[Flags]
public enum UnmapDmaFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The pages that were written are reported.</summary>
    GetDirtyBitmap = 1 << 0,

    /// <summary>Everything; address and size are 0.</summary>
    All = 1 << 1,

    /// <summary>Nothing is unmapped: virtual addresses are withdrawn.</summary>
    Vaddr = 1 << 2,
}
