using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>
/// Executes the boot of the guest on the register model: each device of the listing behind its bridges, firmware and kernel with all their config accesses; and counts how often
/// each BAR came into sight, and why.
/// </summary>
internal static class BootEvents
{
    // So large that everything has a place; whether a real window is large enough is another question.
    private const int RoomyPhysicalBits = 52;

    /// <summary>What each BAR of each device saw, by cause, in the order of a boot.</summary>
    public static IReadOnlyList<Dictionary<PciRegion, ImmutableArray<PredictedEvents>>> Of(PredictionRequest request)
    {
        var listed = request.Devices.Select(ListedBars.Of).ToList();
        var pci = GuestTopology.Of(listed.Select(bars => bars.Values.ToArray()), request.BridgesAbove);
        var recorder = new MapEventRecorder(pci);
        Boot(request).Run(pci);
        var functions = pci.Functions.Where(function => !function.IsBridge && !function.IsHostBridge).ToArray();
        return [.. listed.Select((bars, index) => bars.ToDictionary(
            bar => bar.Key,
            bar => Count(recorder, functions[index].Bars.First(register => register.Slot == bar.Value.Slot))))];
    }

    private static GuestBoot Boot(PredictionRequest request) => new()
    {
        Firmware = request.Firmware.Equals("seabios", StringComparison.OrdinalIgnoreCase) ? FirmwareKind.SeaBios : FirmwareKind.Ovmf,
        Kernel = request.GuestKernel,
        Windows = HostBridgeWindows.Q35(RoomyPhysicalBits),
    };

    private static ImmutableArray<PredictedEvents> Count(MapEventRecorder recorder, BarRegister bar) =>
    [
        .. recorder.Events.Where(each => each.Mapping.Bar == bar).GroupBy(each => each.Cause).OrderBy(group => group.Key).Select(group => new PredictedEvents(
            group.Key,
            (ulong)group.Count(each => each.IsMap),
            (ulong)group.Count(each => each.IsCold),
            (ulong)group.Count(each => !each.IsMap))),
    ];
}
