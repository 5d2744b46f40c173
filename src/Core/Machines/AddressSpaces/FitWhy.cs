using System.Globalization;

namespace Fast.Machines;

/// <summary>Why a BAR has no place, with the numbers.</summary>
public static class FitWhy
{
    private const ulong Granule = 1 << 20;
    private const int NamedPlaces = 4;

    /// <summary>In one line.</summary>
    public static string Of(FitResult result, FittedDevice device, FittedBar bar)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(bar);
        if (result.Space.Refusal is { } refusal) return refusal;
        if (bar is { IsInHyperTransport: true, Range: { } reserved }) return $"it lies at {reserved}, in AMD's HyperTransport range {GuestAddressSpace.HyperTransport}, where VFIO refuses to map it for devices (EINVAL)";
        var (bytes, alignment, what) = NeedOf(result, device, bar);
        var isLow = bar.Bar.Declaration.Kind == BarKind.Memory32;
        if ((isLow ? result.Space.Kernel.Memory32 : result.Space.Kernel.Memory64) is not { } window) return $"{what}; the guest's kernel has no window above 4G to put it in";
        var places = PlacesIn(window, bytes, alignment).ToList();
        var rule = $"{what} at a multiple of {FitWords.Size(alignment)}";
        var inWindow = $"the window {window} ({FitWords.Size(window.Bytes)})";
        if (places.Count == 0) return $"{rule}; {inWindow} has no such place: {Nearest(window, bytes, alignment)}";
        var wanted = result.Devices.Count(other => other.Device.Largest.Declaration.Bytes == device.Device.Largest.Declaration.Bytes);
        var named = string.Join(", ", places.Take(NamedPlaces).Select(LeafWhy.Hex));
        var some = $"{inWindow} has {FitWords.Counted(places.Count, "such place")} ({named}{(places.Count > NamedPlaces ? ", …" : "")})";
        return places.Count < wanted
            ? $"{rule}; {some}, and {FitWords.Counted(wanted, "device")} want one"
            : $"{rule}; {some}, and what else lies there leaves none free{Spare(result)}";
    }

    /// <summary>What must be placed in one piece for a BAR: itself, or the window of the port above it.</summary>
    internal static (ulong Bytes, ulong Alignment, string What) NeedOf(FitResult result, FittedDevice device, FittedBar bar)
    {
        var (request, wanted) = (result.Request, bar.Bar.Declaration);
        if (device.Port is null || wanted.Kind == BarKind.Memory32) return (wanted.Bytes, wanted.Bytes, $"{FitWords.Size(wanted.Bytes)} must lie");
        var inside = device.Device.Bars.Select(each => each.Declaration).Where(each => each.Kind == BarKind.Memory64).Select(each => (each.Bytes, Alignment: Math.Max(each.Bytes, 4096))).OrderByDescending(each => each.Alignment).ToList();
        var sum = string.Join(" + ", inside.Select(each => FitWords.Size(each.Bytes)));
        if (result.Ports.FirstOrDefault(port => port.Name == device.Port)?.Refused is { } refused)
            return (refused.Bytes, refused.Alignment, $"Linux {request.GuestKernel} makes the window of a port with {sum} behind it {FitWords.Size(refused.Bytes)} large, which must lie");
        var (needed, aligned) = BridgeWindowSizing.Tight(inside, Granule);
        return (Math.Max(needed, result.Space.PortReserve), aligned, $"a port's window with {sum} must lie");
    }

    /// <summary>Where blocks of a size begin that lie one behind the other.</summary>
    private static IEnumerable<ulong> PlacesIn(BusRange window, ulong bytes, ulong alignment)
    {
        var at = Up(window.Start, alignment);
        while (at >= window.Start && at <= window.Last && window.Last - at >= bytes - 1)
        {
            yield return at;
            var next = Up(at + bytes, alignment);
            if (next <= at) yield break;
            at = next;
        }
    }

    private static string Nearest(BusRange window, ulong bytes, ulong alignment)
    {
        var first = Up(window.Start, alignment);
        return string.Create(CultureInfo.InvariantCulture, $"the first is {LeafWhy.Hex(first)}, and {FitWords.Size(bytes)} from there end at {LeafWhy.Hex(first + (bytes - 1))}, beyond {LeafWhy.Hex(window.Last)}");
    }

    private static string Spare(FitResult result)
    {
        var spare = result.Ports.Where(port => port is { IsSpare: true, Window: not null }).ToList();
        return spare.Count == 0 ? "" : $"; {FitWords.Counted(spare.Count, "spare port")} keep {FitWords.Size(spare.Aggregate(0UL, (sum, port) => sum + port.Window!.Value.Bytes))}";
    }

    private static ulong Up(ulong value, ulong alignment) => (value + (alignment - 1)) & ~(alignment - 1);
}
