using Fast.Linux;

namespace Fast.Machines;

/// <summary>What a guest boots with.</summary>
public sealed record GuestBoot
{
    /// <summary>Its firmware.</summary>
    public FirmwareKind Firmware { get; init; } = FirmwareKind.Ovmf;

    /// <summary>Its kernel.</summary>
    public KernelVersion Kernel { get; init; } = new(6, 12);

    /// <summary>What the firmware may use and tells the kernel.</summary>
    public HostBridgeWindows Windows { get; init; } = HostBridgeWindows.OvmfDynamic(46);

    /// <summary>The firmware places BARs but hands over with the decode of all endpoints off.</summary>
    public bool LeavesDecodeOff { get; init; }

    /// <summary><c>pci=realloc</c>.</summary>
    public bool Realloc { get; init; }

    /// <summary><c>pci=nocrs</c>: what the kernel uses instead of what the firmware tells it; <see langword="null"/> without.</summary>
    public HostBridgeWindows? WithoutCrs { get; init; }

    /// <summary>What OVMF keeps free above 4 GiB behind each port.</summary>
    public ulong PortReserve { get; init; } = 32UL << 30;

    /// <summary>Whether endpoints have a driver in the guest.</summary>
    public bool HasDriver { get; init; } = true;

    /// <summary>Which kernel does what.</summary>
    public Knowledge Knowledge { get; init; } = Knowledge.Default;

    /// <summary>Boots on <paramref name="pci"/>: every config access is executed.</summary>
    public LinuxGuest Run(PciHierarchy pci)
    {
        new Firmware(pci, Windows) { PortReserve = PortReserve }.Run(Firmware, LeavesDecodeOff);
        var guest = new LinuxGuest(pci, Kernel, WithoutCrs ?? Windows, Realloc, Knowledge);
        guest.Boot(_ => HasDriver);
        return guest;
    }
}
