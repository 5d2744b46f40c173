namespace Fast.Machines;

/// <summary>What an address range of a PCI function is.</summary>
public enum RegionKind
{
    /// <summary>A memory BAR: what a VMM maps for DMA.</summary>
    Memory,

    /// <summary>An I/O port BAR: never mapped for DMA.</summary>
    IoPorts,

    /// <summary>The expansion ROM: never mapped for DMA.</summary>
    Rom,
}
