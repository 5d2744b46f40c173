namespace Fast.Machines;

/// <summary>Which of a bridge's windows a resource belongs into.</summary>
internal enum ResourceType
{
    /// <summary>I/O ports.</summary>
    Io,

    /// <summary>Memory below 4 GiB.</summary>
    Memory,

    /// <summary>Prefetchable memory with 64-bit addresses.</summary>
    Prefetchable,
}

/// <summary>A range that a device wants or has (<c>struct resource</c>): a BAR or a window of a bridge.</summary>
internal sealed class LinuxResource
{
    public required LinuxDevice Device { get; init; }

    public required ResourceType Type { get; init; }

    /// <summary>Register of a BAR; 0 of a window.</summary>
    public int Offset { get; init; }

    public bool Is64 { get; init; }

    public ulong Bytes { get; set; }

    /// <summary>What a window would take if there is room: its bytes and more, for what may be plugged in.</summary>
    public ulong OptionalBytes { get; set; }

    /// <summary>BARs are naturally aligned; a window is aligned to what lies in it.</summary>
    public ulong Alignment { get; set; }

    /// <summary>Where it is in the registers or shall be; <see langword="null"/> when it has no place.</summary>
    public BusRange? Range { get; set; }

    /// <summary>Whether it is in the tree of resources.</summary>
    public bool IsAssigned { get; set; }

    public bool IsWindow => Offset == 0;
}

/// <summary>A function as Linux found it by reading and writing its registers (<c>struct pci_dev</c>).</summary>
/// <param name="function">The function.</param>
/// <param name="above">The bridge that it is behind, or <see langword="null"/>.</param>
internal sealed class LinuxDevice(PciFunction function, LinuxDevice? above)
{
    public PciFunction Function { get; } = function;

    public LinuxDevice? Above { get; } = above;

    public List<LinuxDevice> Behind { get; } = [];

    public List<LinuxResource> Bars { get; } = [];

    /// <summary>A bridge's windows, by <see cref="ResourceType"/>.</summary>
    public List<LinuxResource> Windows { get; } = [];

    /// <summary>What lies in a bridge's windows, by <see cref="ResourceType"/>; made when the window has its place.</summary>
    public AddressPool?[] Pools { get; } = new AddressPool?[3];

    public bool IsBridge => Function.IsBridge;
}
