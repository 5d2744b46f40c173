using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Machines;

/// <summary>What lies at addresses of a guest.</summary>
public enum MapKind
{
    /// <summary>Memory.</summary>
    Ram,

    /// <summary>A window of the host bridge.</summary>
    Window,

    /// <summary>The window of a port with something behind it.</summary>
    Port,

    /// <summary>What a port with nothing behind it keeps.</summary>
    SparePort,

    /// <summary>A BAR.</summary>
    Bar,

    /// <summary>AMD's HyperTransport range.</summary>
    Reserved,

    /// <summary>Nothing.</summary>
    Free,
}

/// <summary>A stretch of the address space.</summary>
/// <param name="Range">Its addresses.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Depth">0 for what the machine has, 1 for what lies in a window, 2 for what lies behind a port.</param>
/// <param name="Label">What it is, for people.</param>
public sealed record MapRegion(BusRange Range, MapKind Kind, int Depth, string Label);

/// <summary>The address space as a picture needs it: every stretch in order, what lies inside after what it lies in, the free stretches between.</summary>
public static class AddressMap
{
    /// <summary>The stretches.</summary>
    public static ImmutableArray<MapRegion> Of(FitResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var space = result.Space;
        var top = new List<MapRegion> { new(space.LowRam, MapKind.Ram, 0, "memory"), new(space.Firmware.Memory32, MapKind.Window, 0, "PCI below 4G") };
        if (space.HighRam is { } ram) top.Add(new MapRegion(ram, MapKind.Ram, 0, "memory"));
        if (space.Kernel.Memory64 is { } window) top.Add(new MapRegion(window, MapKind.Window, 0, "PCI above 4G"));
        if (result.Request.Cpu == CpuVendor.Amd && space.All.Contains(GuestAddressSpace.HyperTransport) && !top.Exists(region => region.Range.Overlaps(GuestAddressSpace.HyperTransport)))
            top.Add(new MapRegion(GuestAddressSpace.HyperTransport, MapKind.Reserved, 0, "AMD HyperTransport"));
        return [.. WithGaps(top, space.All, 0).SelectMany(region => region.Kind == MapKind.Window ? [region, .. Inside(result, region)] : new[] { region })];
    }

    private static IEnumerable<MapRegion> Inside(FitResult result, MapRegion window)
    {
        var bars = result.Devices.SelectMany(device => device.Bars.Where(bar => bar.Range is { } range && window.Range.Contains(range)).Select(bar => new MapRegion(bar.Range!.Value, MapKind.Bar, 1, Name(device, bar)))).ToList();
        var ports = result.Ports.Where(port => port.Window is { } range && window.Range.Contains(range)).Select(port => new MapRegion(port.Window!.Value, port.IsSpare ? MapKind.SparePort : MapKind.Port, 1, PortName(port))).ToList();
        // Of bridges behind bridges only the outermost is drawn: the others lie in it.
        ports = [.. ports.Where(port => !ports.Exists(other => other.Range != port.Range && other.Range.Contains(port.Range))).DistinctBy(port => port.Range)];
        var roots = ports.Concat(bars.Where(bar => !ports.Exists(port => port.Range.Contains(bar.Range))));
        var isBelow4G = window.Range.Last <= uint.MaxValue;
        var ordered = isBelow4G ? roots.OrderBy(region => region.Range.Start) : WithGaps(roots, window.Range, 1);
        return ordered.SelectMany(region => bars.Where(bar => region.Kind == MapKind.Port && region.Range.Contains(bar.Range)).OrderBy(bar => bar.Range.Start).Select(bar => bar with { Depth = 2 }).Prepend(region));
    }

    private static IEnumerable<MapRegion> WithGaps(IEnumerable<MapRegion> regions, BusRange whole, int depth)
    {
        var at = whole.Start;
        foreach (var region in regions.OrderBy(region => region.Range.Start))
        {
            if (region.Range.Start > at) yield return Gap(new BusRange(at, region.Range.Start - 1), depth);
            yield return region;
            at = region.Range.Last + 1;
        }

        if (at <= whole.Last && at >= whole.Start) yield return Gap(new BusRange(at, whole.Last), depth);
    }

    private static MapRegion Gap(BusRange range, int depth) => new(range, MapKind.Free, depth, "free");

    private static string PortName(FittedPort port) => $"{(port.IsSpare ? "spare port" : "port")} {port.Name}";

    private static string Name(FittedDevice device, FittedBar bar) => string.Create(
        CultureInfo.InvariantCulture, $"{device.Function} {(bar.Bar.Region.Index is { } index ? $"region {index}" : "region")}");
}
