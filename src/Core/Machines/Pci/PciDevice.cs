using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Machines;

/// <summary>One PCI function with its regions.</summary>
public sealed record PciDevice
{
    /// <summary>A memory BAR from this size on makes any device one that <c>predict</c> looks at.</summary>
    public const ulong LargeBarBytes = 1UL << 30;

    /// <summary><c>3b:00.0</c> or <c>0000:3b:00.0</c>, as the listing writes it; <see langword="null"/> for regions without a device line.</summary>
    public string? Address { get; init; }

    /// <summary>The bridges above the function where the listing shows them (<c>lspci -PP</c>), from the root down.</summary>
    public ImmutableArray<string> BridgesAbove { get; init; } = [];

    /// <summary>The class in words, such as <c>3D controller</c>; empty when unknown.</summary>
    public string Class { get; init; } = "";

    /// <summary>Base class and subclass, such as 0x0302; <see langword="null"/> when the listing has only words.</summary>
    public int? ClassCode { get; init; }

    /// <summary>Vendor and device in words; empty when unknown.</summary>
    public string Name { get; init; } = "";

    /// <summary>PCI vendor id, or <see langword="null"/>.</summary>
    public int? VendorId { get; init; }

    /// <summary>PCI device id, or <see langword="null"/>.</summary>
    public int? DeviceId { get; init; }

    /// <summary>The kernel driver in use, or <see langword="null"/>.</summary>
    public string? Driver { get; init; }

    /// <summary>All regions, in the order of the listing.</summary>
    public ImmutableArray<PciRegion> Regions { get; init; } = [];

    /// <summary>Where the MSI-X table is, or <see langword="null"/>.</summary>
    public MsixTable? Msix { get; init; }

    /// <summary>BARs whose size can be chosen (Physical Resizable BAR), where the listing names their sizes.</summary>
    public ImmutableArray<ResizableRegion> Resizable { get; init; } = [];

    /// <summary>Line of the listing that starts the device, from 1; 0 when there was no text.</summary>
    public int SourceLine { get; init; }

    /// <summary>Memory BARs that have an address and a size.</summary>
    public IEnumerable<PciRegion> MappableBars => Regions.Where(region => region.IsMappable);

    /// <summary>Number of 64-bit memory BARs: each takes two of the six slots, so sizing has one probe less.</summary>
    public int Bars64 => Regions.Count(region => region.IsMemoryBar && region.Is64);

    /// <summary>
    /// Whether the device is one that <c>predict</c> looks at: a display controller or processing accelerator by class, or any device
    /// with a memory BAR of at least <see cref="LargeBarBytes"/>.
    /// </summary>
    public bool IsGpu => PciClass.IsGpu(Class, ClassCode) || Regions.Any(region => region.IsMemoryBar && region.Bytes >= LargeBarBytes);

    /// <summary>The address, or where the listing has the regions.</summary>
    public string Label => Address ?? (SourceLine > 0 ? "regions at line " + SourceLine.ToString(CultureInfo.InvariantCulture) : "regions without a device line");

    /// <summary>A device from plain values, as sysfs gives them.</summary>
    /// <param name="address">Bus address.</param>
    /// <param name="classCode">24 bits: base class, subclass, programming interface.</param>
    /// <param name="vendorId">PCI vendor id.</param>
    /// <param name="deviceId">PCI device id.</param>
    /// <param name="driver">Kernel driver in use, or <see langword="null"/>.</param>
    /// <param name="regions">The regions.</param>
    public static PciDevice Of(string address, int classCode, int vendorId, int deviceId, string? driver, IEnumerable<PciRegion> regions) => new()
    {
        Address = address,
        Class = PciClass.NameOf(classCode >> 8),
        ClassCode = classCode >> 8,
        Name = $"Device [{vendorId:x4}:{deviceId:x4}]",
        VendorId = vendorId,
        DeviceId = deviceId,
        Driver = driver,
        Regions = [.. regions],
    };

    /// <inheritdoc/>
    public bool Equals(PciDevice? other) =>
        other is not null && Address == other.Address && Class == other.Class && ClassCode == other.ClassCode && Name == other.Name
        && VendorId == other.VendorId && DeviceId == other.DeviceId && Driver == other.Driver && SourceLine == other.SourceLine
        && Msix == other.Msix && Resizable.SequenceEqual(other.Resizable)
        && BridgesAbove.SequenceEqual(other.BridgesAbove) && Regions.SequenceEqual(other.Regions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, Class, Name, SourceLine, Regions.Length);
}
