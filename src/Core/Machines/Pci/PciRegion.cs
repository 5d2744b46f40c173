using System.Globalization;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>One address range of a PCI function, as a listing or sysfs gives it.</summary>
public sealed record PciRegion
{
    /// <summary>The BAR's number, 0 to 5; <see langword="null"/> where <c>lspci -v</c> does not say it, and for the ROM.</summary>
    public int? Index { get; init; }

    /// <summary>Memory, I/O ports or ROM.</summary>
    public required RegionKind Kind { get; init; }

    /// <summary>First byte in the address space of the machine that the listing shows; <see langword="null"/> without an assigned address.</summary>
    public ulong? Address { get; init; }

    /// <summary>Size in bytes; <see langword="null"/> where the listing does not say it.</summary>
    public ulong? Bytes { get; init; }

    /// <summary>Whether the BAR takes two slots and may lie above 4 GiB.</summary>
    public bool Is64 { get; init; }

    /// <summary>Whether reads have no side effects.</summary>
    public bool Prefetchable { get; init; }

    /// <summary>The listing says <c>&lt;unassigned&gt;</c>: nobody gave it an address.</summary>
    public bool IsUnassigned { get; init; }

    /// <summary>The listing says <c>&lt;ignored&gt;</c>: the kernel does not use it.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>The listing says <c>[disabled]</c>: decode is off, as it is for an idle function of vfio-pci. The BAR counts all the same.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>The listing says <c>[virtual]</c>: the register reads 0, as it does in an SR-IOV virtual function. The BAR counts all the same.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>A BAR of the SR-IOV capability: it belongs to the virtual functions, not to this one.</summary>
    public bool IsOfVirtualFunctions { get; init; }

    /// <summary>Line of the listing, from 1; 0 when there was no text.</summary>
    public int SourceLine { get; init; }

    /// <summary>Whether this is a memory BAR of the function itself.</summary>
    public bool IsMemoryBar => Kind == RegionKind.Memory && !IsOfVirtualFunctions;

    /// <summary>Whether this is a memory BAR that has an address and a size, so that a VMM maps it.</summary>
    public bool IsMappable => IsMemoryBar && Address is not null && Bytes is > 0;

    /// <summary><c>Region 2, 128G at 0x84000000000</c>.</summary>
    public override string ToString()
    {
        var name = Index is { } index ? "Region " + index.ToString(CultureInfo.InvariantCulture) : Kind == RegionKind.Rom ? "ROM" : "region";
        var size = Bytes is { } bytes ? BinarySize.Format(bytes) : "size unknown";
        return Address is { } address ? $"{name}, {size} at 0x{address:x}" : $"{name}, {size}, no address";
    }
}
