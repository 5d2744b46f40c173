namespace Fast.Machines;

/// <summary>Why a BAR came into sight or went out of it.</summary>
public enum MapCause
{
    /// <summary>Nothing that was said.</summary>
    Unknown,

    /// <summary>The firmware places the BARs and switches decode on.</summary>
    Firmware,

    /// <summary>The hypervisor's bus driver places the BARs before the kernel looks at them (pci-hyperv).</summary>
    HypervisorBus,

    /// <summary>The kernel sizes the BARs of a bridge.</summary>
    BridgeSizing,

    /// <summary>The kernel probes the upper half of a prefetchable window.</summary>
    BridgeWindowProbe,

    /// <summary>The kernel writes a bridge's windows when resources are assigned.</summary>
    BridgeWindowRewrite,

    /// <summary>The kernel sizes the BARs of a device.</summary>
    EndpointSizing,

    /// <summary>The kernel writes the addresses of a device's BARs.</summary>
    EndpointRewrite,

    /// <summary>A driver switches its device on.</summary>
    DriverEnable,

    /// <summary>The device goes: its driver is removed, or it is pulled out.</summary>
    Removal,

    /// <summary>The device gets another place while the guest runs.</summary>
    Rebalance,
}

/// <summary>Names of causes, and the phase of a boot that each belongs to.</summary>
public static class MapCauses
{
    private static readonly string[] Ids =
    [
        "unknown", "firmware", "hypervisor-bus", "bridge-sizing", "bridge-window-probe", "bridge-window-rewrite", "endpoint-sizing", "endpoint-rewrite", "driver-enable", "removal", "rebalance",
    ];

    private static readonly string[] Texts =
    [
        "nobody said why",
        "the firmware places the BARs and switches decode on",
        "the hypervisor's bus driver places the BARs and switches decode on",
        "a bridge above is sized with its decode off",
        "a bridge above probes the upper half of its prefetchable window",
        "a bridge above gets its windows written when resources are assigned",
        "the device is sized with its decode off",
        "a 64-bit BAR gets its address with decode off",
        "the driver switches the device on",
        "the device goes",
        "the device is moved to another address",
    ];

    /// <summary>The phases of a boot, in order.</summary>
    public static IReadOnlyList<string> Phases { get; } = ["firmware", "bridges", "endpoints", "driver"];

    /// <summary>The name, such as <c>bridge-sizing</c>.</summary>
    public static string IdOf(MapCause cause) => Ids[(int)cause];

    /// <summary>What happens, in words.</summary>
    public static string TextOf(MapCause cause) => Texts[(int)cause];

    /// <summary>The phase: one of <see cref="Phases"/>.</summary>
    public static string PhaseOf(MapCause cause) => cause switch
    {
        MapCause.BridgeSizing or MapCause.BridgeWindowProbe or MapCause.BridgeWindowRewrite => Phases[1],
        MapCause.EndpointSizing or MapCause.EndpointRewrite => Phases[2],
        MapCause.DriverEnable or MapCause.Removal or MapCause.Rebalance => Phases[3],
        _ => Phases[0],
    };
}
