using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>What one BAR saw while the guest booted.</summary>
/// <param name="Events">Map events by cause, in the order of a boot.</param>
/// <param name="IsVisible">Whether the guest sees it at the end: it found a place.</param>
internal sealed record BarBoot(ImmutableArray<PredictedEvents> Events, bool IsVisible);

/// <summary>
/// Executes the boot of the guest on the register model: each device of the listing behind its bridges, firmware and kernel with all their config accesses; and counts how often
/// each BAR came into sight, and why.
/// </summary>
internal static class BootEvents
{
    // So large that everything has a place; whether a real window is large enough is another question, asked with --phys-bits.
    private const int RoomyPhysicalBits = 52;
    private const ulong Below4G = 2UL << 30;

    /// <summary>What each BAR of each device saw.</summary>
    public static IReadOnlyList<Dictionary<PciRegion, BarBoot>> Of(PredictionRequest request, Knowledge knowledge)
    {
        var listed = request.Devices.Select(ListedBars.Of).ToList();
        var pci = GuestTopology.Of(listed.Select(bars => bars.Values.ToArray()), request.BridgesAbove);
        var recorder = new MapEventRecorder(pci);
        var firmware = knowledge.Behaviours.FindFirmware(request.Firmware)!;
        new GuestBoot { Firmware = firmware.Does, Kernel = request.GuestKernel, Windows = WindowsOf(request, firmware), Knowledge = knowledge }.Run(pci);
        var functions = pci.Functions.Where(function => !function.IsBridge && !function.IsHostBridge).ToArray();
        var visible = pci.Visible.Select(mapping => mapping.Bar).ToHashSet();
        return [.. listed.Select((bars, index) => bars.ToDictionary(
            bar => bar.Key,
            bar =>
            {
                var register = functions[index].Bars.First(each => each.Slot == bar.Value.Slot);
                return new BarBoot(Count(recorder, register), visible.Contains(register));
            }))];
    }

    /// <summary>The firmware's windows with the guest's width, beside its memory; without a width there is room for everything.</summary>
    internal static HostBridgeWindows WindowsOf(PredictionRequest request, FirmwareBehaviour firmware)
    {
        if (request.PhysicalBits is not { } bits) return HostBridgeWindows.Q35(RoomyPhysicalBits);
        var memoryAbove = request.Ram is { } ram && ram.Bytes > Below4G ? ram.Bytes - Below4G : 0;
        return HostBridgeWindows.Of(firmware, bits, memoryAbove);
    }

    private static ImmutableArray<PredictedEvents> Count(MapEventRecorder recorder, BarRegister bar) =>
    [
        .. recorder.Events.Where(each => each.Mapping.Bar == bar).GroupBy(each => each.Cause).OrderBy(group => group.Key).Select(group => new PredictedEvents(
            group.Key,
            (ulong)group.Count(each => each.IsMap),
            (ulong)group.Count(each => each.IsCold),
            (ulong)group.Count(each => !each.IsMap))),
    ];
}
