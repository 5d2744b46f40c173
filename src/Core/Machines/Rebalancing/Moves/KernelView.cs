namespace Fast.Machines;

/// <summary>Registers as the resources that Linux's writers take.</summary>
internal static class KernelView
{
    /// <summary>A 64-bit prefetchable BAR.</summary>
    public static LinuxResource AsResource(this BarRegister bar) => new()
    {
        Device = new LinuxDevice(bar.Function, null),
        Type = ResourceType.Prefetchable,
        Offset = bar.Offset,
        Is64 = bar.Kind == BarKind.Memory64,
        Bytes = bar.Bytes,
        Alignment = bar.Bytes,
    };

    /// <summary>The prefetchable window of a port, at a place or closed.</summary>
    public static LinuxResource PrefetchableResource(this PciBridge port, BusRange? range) => new()
    {
        Device = new LinuxDevice(port, null),
        Type = ResourceType.Prefetchable,
        Is64 = true,
        Range = range,
        IsAssigned = range is not null,
    };
}
