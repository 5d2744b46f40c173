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

    /// <summary>Last device address, inclusive.</summary>
    public readonly Iova Last => new(unchecked(Iova.Value + (Bytes - 1)));
}
