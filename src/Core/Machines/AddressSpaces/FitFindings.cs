using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Machines;

/// <summary>What somebody should know about where everything landed.</summary>
public static class FitFindings
{
    private const ulong G = 1UL << 30;
    private const int NamedBars = 6;
    private const ulong FourLevels = 1UL << GuestAddressSpace.FourLevelBits;

    // Memory that ends so little above a multiple of a BAR's size cost a place by accident: q35 puts 2 GiB of it above 4 GiB that a sum would have below.
    private const ulong JustAbove = 4 * G;

    /// <summary>All findings, the most severe first.</summary>
    /// <param name="result">The result.</param>
    /// <param name="cures">What would help.</param>
    /// <param name="devices">The devices as they were listed.</param>
    public static ImmutableArray<Finding> Of(FitResult result, ImmutableArray<FitCure> cures, ImmutableArray<PciDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(result);
        IEnumerable<Finding?> findings = [Refusal(result), .. Missing(result, cures.IsDefaultOrEmpty ? null : cures[0].Text), RamEdge(result), FiveLevels(result), Spare(result), Ignored(result), .. devices.SelectMany(Absent)];
        return [.. findings.OfType<Finding>().OrderByDescending(finding => finding.Severity)];
    }

    private static Finding? Refusal(FitResult result) =>
        result.Space.Refusal is { } refusal ? new Finding(Severity.Error, "qemu-refuses", refusal, "VMM: more phys-bits, or a smaller pci-hole64-size") : null;

    private static IEnumerable<Finding> Missing(FitResult result, string? cure)
    {
        if (result.Space.Refusal is not null) yield break;
        var lost = result.Devices.SelectMany(device => device.Bars.Where(bar => !bar.IsReachable).Select(bar => (Device: device, Bar: bar))).ToList();
        foreach (var group in lost.GroupBy(each => FitWhy.Of(result, each.Device, each.Bar)))
        {
            var more = group.Count() > NamedBars ? $" and {group.Count() - NamedBars} more" : "";
            var names = string.Join(", ", group.Take(NamedBars).Select(each => $"{each.Device.Function} ({each.Device.Device.Label}) {Name(each.Bar)}")) + more;
            var isReserved = group.All(each => each.Bar.IsInHyperTransport);
            yield return new Finding(Severity.Error, isReserved ? "hyper-transport" : "bar-missing", $"no {(isReserved ? "usable " : "")}place for {names}: {group.Key}", cure);
        }
    }

    private static Finding? RamEdge(FitResult result)
    {
        if (result.Space is not { HighRam: { } ram, Refusal: null } || result.FirstMissing is not { } missing || result.Request.Window is not (WindowRule.SeaBios or WindowRule.QemuHole or WindowRule.OvmfClassic)) return null;
        var (_, alignment, _) = FitWhy.NeedOf(result, missing.Device, missing.Bar);
        var over = (ram.Last + 1) % alignment;
        if (over == 0 || over > JustAbove || ram.Last < alignment) return null;
        return new Finding(
            Severity.Warning, "ram-edge",
            $"memory ends at {LeafWhy.Hex(ram.Last)}, {FitWords.Size(over)} above the multiple of {FitWords.Size(alignment)} at {LeafWhy.Hex(ram.Last + 1 - over)}: a whole place of {FitWords.Size(alignment)} is lost to it (q35 moves 2G of memory above 4G, to make room for PCI below)",
            $"VMM: {FitWords.Size(result.Request.RamBytes - over)} of memory or less would give that place back");
    }

    private static Finding? FiveLevels(FitResult result)
    {
        var last = result.Space.Kernel.Memory64?.Last ?? 0;
        if (last < FourLevels) return null;
        var bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(last);
        return new Finding(
            Severity.Warning, "five-levels", string.Create(CultureInfo.InvariantCulture, $"the window ends at {LeafWhy.Hex(last)} and needs {bits} bits: beyond 48 the host needs five levels of EPT (guest address width 52)"),
            "VMM: a hole or window of at most 128T keeps the guest below 48 bits");
    }

    private static Finding? Spare(FitResult result)
    {
        var spare = result.Ports.Where(port => port is { IsSpare: true, Window: not null }).ToList();
        if (spare.Count == 0 || result.Space.Firmware.Memory64 is not { } window) return null;
        var kept = spare.Aggregate(0UL, (sum, port) => sum + port.Window!.Value.Bytes);
        var share = 100.0 * kept / window.Bytes;
        return new Finding(
            result.Fits ? Severity.Note : Severity.Warning, "spare-ports",
            string.Create(CultureInfo.InvariantCulture, $"{FitWords.Counted(spare.Count, "spare port")} keep {FitWords.Size(kept)} of the window's {FitWords.Size(window.Bytes)} ({share:0.#} %), {FitWords.Size(spare[0].Window!.Value.Bytes)} each"),
            "VMM: fewer spare ports, or pref64-reserve on them");
    }

    private static Finding? Ignored(FitResult result)
    {
        var request = result.Request;
        if (request.Mmio64Megabytes is not { } megabytes || result.Space.Firmware.Memory64 is not { } window || window.Bytes <= megabytes << 20) return null;
        return new Finding(Severity.Note, "mmio64-minimum", string.Create(CultureInfo.InvariantCulture, $"X-PciMmio64Mb {megabytes} ({FitWords.Size(megabytes << 20)}) is a minimum, and the dynamic window has {FitWords.Size(window.Bytes)}: the setting changes nothing"));
    }

    /// <summary>A region that the listing lacks although the device has it: whoever listed it had this problem.</summary>
    private static IEnumerable<Finding> Absent(PciDevice device)
    {
        var placed = device.MappableBars.Select(bar => bar.Address!.Value).Where(address => address >= 4 * G).ToList();
        foreach (var missing in KnownGpus.MissingOf(device))
        {
            var bytes = missing.Bytes!.Value;
            var what = string.Create(CultureInfo.InvariantCulture, $"{device.Label} must have a region {missing.Index} of {FitWords.Size(bytes)}, and the listing shows none: it found no place in that machine");
            var where = "";
            if (placed.Count > 0)
            {
                var (first, lowest) = ((placed.Min() + (bytes - 1)) & ~(bytes - 1), placed.Min());
                where = $"; the device's other BARs begin at {LeafWhy.Hex(lowest)}, the next multiple of {FitWords.Size(bytes)} is {LeafWhy.Hex(first)}, so a window from there on needs {FitWords.Size(first + bytes - lowest)}, to {LeafWhy.Hex(first + (bytes - 1))}, for a BAR of {FitWords.Size(bytes)}";
            }

            yield return new Finding(Severity.Error, "region-absent", what + where, "give that machine's window as much");
        }
    }

    private static string Name(FittedBar bar) => bar.Bar.Region.Index is { } index
        ? string.Create(CultureInfo.InvariantCulture, $"region {index} of {FitWords.Size(bar.Bar.Declaration.Bytes)}")
        : $"a region of {FitWords.Size(bar.Bar.Declaration.Bytes)}";
}
