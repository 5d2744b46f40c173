namespace Fast.Machines;

/// <summary>What takes time, or starts or ends the time that a device is away.</summary>
public enum StepKind
{
    /// <summary>A driver stops its device, so that it can be moved.</summary>
    Quiesce,

    /// <summary>It starts it again.</summary>
    Restart,

    /// <summary>A BAR came or went.</summary>
    MapEvent,

    /// <summary>The guest goes down.</summary>
    BootBegins,

    /// <summary>It is up again.</summary>
    BootEnds,
}

/// <summary>One step, in order.</summary>
/// <param name="Kind">What.</param>
/// <param name="Device">The device; empty for a boot.</param>
/// <param name="Event">The map or unmap.</param>
/// <param name="Seconds">What its driver takes, as the scenario says.</param>
/// <param name="Devices">Devices that are away; of a boot.</param>
public readonly record struct RebalanceStep(StepKind Kind, string Device, MapEvent Event = default, double Seconds = 0, int Devices = 0);
