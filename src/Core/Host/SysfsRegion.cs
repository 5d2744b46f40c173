namespace Fast.Host;

/// <summary>What a line of a device's <c>resource</c> file is.</summary>
public enum SysfsRegionKind
{
    /// <summary>A memory BAR.</summary>
    Memory,

    /// <summary>An I/O port BAR.</summary>
    IoPorts,

    /// <summary>The expansion ROM.</summary>
    Rom,

    /// <summary>A BAR of SR-IOV virtual functions, or a window of a bridge.</summary>
    Other,
}

/// <summary>One line of a device's <c>resource</c> file.</summary>
/// <param name="Index">Number of the line, from 0: 0 to 5 are the BARs, 6 is the ROM.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First byte; without meaning when unassigned.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Is64">Whether the BAR is a 64-bit one.</param>
/// <param name="Prefetchable">Whether reads have no side effects.</param>
/// <param name="IsUnassigned">Whether the kernel has no address for it.</param>
public sealed record SysfsRegion(int Index, SysfsRegionKind Kind, ulong Start, ulong Bytes, bool Is64, bool Prefetchable, bool IsUnassigned);
