using System.Globalization;
using Fast.Host;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>Where BARs lie, and how large they are.</summary>
internal static class BarFindings
{
    private const ulong Above = 1UL << 32;
    private const ulong Noteworthy = 256UL << 20;

    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(CheckFacts facts)
    {
        foreach (var (function, bar) in facts.Bars)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"{function.Address} BAR {bar.Index}");
            if (bar.IsUnassigned)
            {
                var window = NearestWindow(facts.Machine, function);
                var room = window is { } found ? $"; the bridge above has a window of {Numbers.Bytes(found.Bytes)}" : "";
                yield return new Finding("bar-without-address", Severity.Error, where, $"{Numbers.Bytes(bar.Bytes)} have no address{room}: the device does not work, and a guest does not see the region", "turn on Above 4G Decoding and enlarge the MMIO window in the firmware, or boot with pci=realloc");
                continue;
            }

            if (function.IsAccelerator && bar.Is64 && bar.Bytes >= Noteworthy && bar.Start + bar.Bytes <= Above)
                yield return new Finding("bar-below-4g", Severity.Warning, where, $"a BAR of {Numbers.Bytes(bar.Bytes)} lies below 4 GiB although it could lie anywhere: the firmware has little room there, and none for more", "turn on Above 4G Decoding in the firmware");
            if (function.Resizable.TryGetValue(bar.Index, out var sizes) && sizes.Max() is var most && most > bar.Bytes)
                foreach (var finding in Resizable(facts, function, bar, most, where)) yield return finding;
            if (bar.Bytes >= PageSize.Size1G.Bytes && bar.Start % PageSize.Size1G.Bytes != 0)
                yield return new Finding("bar-not-1g-aligned", Severity.Warning, where, $"it begins at 0x{bar.Start:x}, which is no multiple of 1 GiB: mappings that are aligned to 1 GiB get smaller leaves", "report it to the vendor of the firmware: a BAR is aligned to its size");
        }
    }

    private static IEnumerable<Finding> Resizable(CheckFacts facts, PciFunctionFacts function, SysfsRegion bar, ulong most, string where)
    {
        if (!function.IsAccelerator) yield break;
        var window = NearestWindow(facts.Machine, function);
        if (window is { } found && found.Bytes < most)
            yield return new Finding("window-too-small", Severity.Warning, where, $"the BAR can have {Numbers.Bytes(most)}, but the window of the bridge above has {Numbers.Bytes(found.Bytes)}: it cannot grow there", "turn on Resizable BAR and enlarge the MMIO window in the firmware, or boot with pci=realloc");
        else
            yield return new Finding(
                "bar-smaller-than-it-could-be", Severity.Warning, where, $"it has {Numbers.Bytes(bar.Bytes)} and can have {Numbers.Bytes(most)}: most of the device's memory is behind a small window, in the guest too",
                string.Create(CultureInfo.InvariantCulture, $"turn on Resizable BAR in the firmware, or unbind the driver and echo {ulong.Log2(most >> 20)} > /sys/bus/pci/devices/{function.Address}/resource{bar.Index}_resize"));
    }

    private static SysfsRegion? NearestWindow(MachineFacts machine, PciFunctionFacts function) => function.Bridges
        .Select(address => machine.Functions.FirstOrDefault(bridge => bridge.Address == address))
        .SelectMany(bridge => bridge?.PrefetchableWindows ?? [])
        .FirstOrDefault();
}
