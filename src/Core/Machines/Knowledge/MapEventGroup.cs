using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Map events of one cause: how often a BAR becomes visible to the guest because of it while the guest boots.</summary>
/// <param name="Id">Name, such as <c>endpoint-sizing</c>.</param>
/// <param name="Text">What happens, in words.</param>
/// <param name="OfBridge">Whether it happens once for each bridge above the device instead of once.</param>
/// <param name="IsCold">
/// Whether the device's own decode goes off before, so that the CPU's translations are gone and the map faults them in again; when only a bridge
/// changes, they stay.
/// </param>
/// <param name="Count">Events of a device without 64-bit BARs.</param>
/// <param name="Per64BitBar">Added for each 64-bit BAR; sizing probes both its slots at once, so -1 there.</param>
public sealed record MapEventGroup(string Id, string Text, bool OfBridge, bool IsCold, Figure Count, int Per64BitBar)
{
    /// <summary>Events of one BAR in one boot.</summary>
    /// <param name="bars64">Number of 64-bit BARs of the device.</param>
    /// <param name="bridgesAbove">Number of bridges above the device, in the guest.</param>
    public ulong EventsOf(int bars64, int bridgesAbove)
    {
        var events = Math.Max(0, (int)Count.Value + (Per64BitBar * bars64));
        return (ulong)(OfBridge ? events * bridgesAbove : events);
    }
}

/// <summary>Map events that a firmware causes.</summary>
/// <param name="Firmware">Name in lower case: <c>ovmf</c>, <c>seabios</c>.</param>
/// <param name="Events">The events.</param>
public sealed record FirmwareEvents(string Firmware, ImmutableArray<MapEventGroup> Events);

/// <summary>Map events that a guest kernel causes.</summary>
/// <param name="From">The release from which on it does so.</param>
/// <param name="Events">The events.</param>
public sealed record GuestKernelEvents(KernelVersion From, ImmutableArray<MapEventGroup> Events);
