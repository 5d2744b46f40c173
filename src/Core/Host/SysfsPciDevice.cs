using System.Collections.Immutable;

namespace Fast.Host;

/// <summary>A PCI function of this machine, as its folder in sysfs describes it.</summary>
/// <param name="Address">Bus address with domain, such as <c>0000:3b:00.0</c>.</param>
/// <param name="ClassCode">24 bits: base class, subclass, programming interface.</param>
/// <param name="VendorId">PCI vendor id.</param>
/// <param name="DeviceId">PCI device id.</param>
/// <param name="Driver">Name of the kernel driver in use, or <see langword="null"/>.</param>
/// <param name="IsVirtualFunction">Whether it is an SR-IOV virtual function.</param>
/// <param name="Regions">Its regions; lines of the file that are all zero are left out.</param>
public sealed record SysfsPciDevice(
    string Address,
    int ClassCode,
    int VendorId,
    int DeviceId,
    string? Driver,
    bool IsVirtualFunction,
    ImmutableArray<SysfsRegion> Regions);

/// <summary>What was read, and what could not be.</summary>
/// <param name="Devices">The functions, in order of their addresses.</param>
/// <param name="Notes">One line for each function that could not be read.</param>
public sealed record SysfsPciDevices(ImmutableArray<SysfsPciDevice> Devices, ImmutableArray<string> Notes);
