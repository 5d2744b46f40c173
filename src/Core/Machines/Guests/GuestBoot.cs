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

    /// <summary>Prefetchable room that the firmware keeps behind an empty port, or <see langword="null"/> for its own.</summary>
    public ulong? ReservedBytes { get; init; }

    /// <summary><c>pci=realloc</c>.</summary>
    public bool Realloc { get; init; }

    /// <summary><c>pci=nocrs</c>: what the kernel uses instead of what the firmware tells it; <see langword="null"/> without.</summary>
    public HostBridgeWindows? WithoutCrs { get; init; }

    /// <summary>Whether endpoints have a driver in the guest.</summary>
    public bool HasDriver { get; init; } = true;

    /// <summary>Which kernel does what.</summary>
    public Knowledge Knowledge { get; init; } = Knowledge.Default;

    /// <summary>Boots on <paramref name="pci"/>: every config access is executed.</summary>
    public LinuxGuest Run(PciHierarchy pci)
    {
        new Firmware(pci, Windows) { ReservedHigh = ReservedBytes ?? Machines.Firmware.OvmfReservedHigh }.Run(Firmware, LeavesDecodeOff);
        var guest = new LinuxGuest(pci, Kernel, WithoutCrs ?? Windows, Realloc, Knowledge);
        guest.Boot(_ => HasDriver);
        return guest;
    }
}
