using System.Globalization;

namespace Fast.Machines;

/// <summary>What a history costs on one host.</summary>
/// <param name="Time">Maps and unmaps while the guest runs.</param>
/// <param name="Boots">Maps and unmaps of its boots; what a boot takes besides is not in it.</param>
/// <param name="DriverSeconds">What drivers take to stop and start devices, as the scenario says.</param>
/// <param name="AwaySeconds">Seconds that devices could not be used because of moves and boots, all devices together.</param>
/// <param name="LongestAwaySeconds">The longest time that one device was away.</param>
/// <param name="Maps">Times that a BAR was mapped.</param>
public sealed record HostCost(MapAndUnmap Time, MapAndUnmap Boots, double DriverSeconds, double AwaySeconds, double LongestAwaySeconds, int Maps)
{
    /// <summary>Maps, unmaps and drivers, one after the other.</summary>
    public Seconds Sum => Time.Sum + Boots.Sum + new Seconds(DriverSeconds, DriverSeconds, DriverSeconds);
}

/// <summary>Goes through the steps of a history and lets each take its time on a host.</summary>
/// <param name="prices">Prices of map events.</param>
/// <param name="progress">Told while a case is executed.</param>
/// <param name="cancellation">Looked at while a case is executed.</param>
internal sealed class HostPricing(EventPrices prices, IProgress<BarProgress>? progress, CancellationToken cancellation)
{
    private readonly Dictionary<(EventHost, ulong Bytes, bool IsMap, bool IsCold), MapAndUnmap> _known = [];

    /// <summary>What the steps cost.</summary>
    public HostCost Of(EventHost host, IEnumerable<RebalanceStep> steps)
    {
        var (time, boots, drivers, away, longest, maps) = (default(MapAndUnmap), default(MapAndUnmap), 0.0, 0.0, 0.0, 0);
        var (clock, bootBegan, gone) = (0.0, default(double?), 0);
        var since = new Dictionary<string, double>();
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.MapEvent:
                    var price = PriceOf(host, step.Event);
                    if (bootBegan is null) time += price;
                    else boots += price;
                    if (step.Event.IsMap) maps++;
                    clock += price.Sum.Center;
                    break;
                case StepKind.Quiesce:
                    since[step.Device] = clock;
                    drivers += step.Seconds;
                    clock += step.Seconds;
                    break;
                case StepKind.Restart:
                    drivers += step.Seconds;
                    clock += step.Seconds;
                    since.Remove(step.Device, out var stopped);
                    away += clock - stopped;
                    longest = Math.Max(longest, clock - stopped);
                    break;
                case StepKind.BootBegins:
                    (bootBegan, gone) = (clock, step.Devices);
                    break;
                case StepKind.BootEnds:
                    away += gone * (clock - bootBegan!.Value);
                    longest = Math.Max(longest, clock - bootBegan.Value);
                    bootBegan = null;
                    break;
                default:
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"a step of the unknown kind {step.Kind}"));
            }
        }

        return new HostCost(time, boots, drivers, away, longest, maps);
    }

    private MapAndUnmap PriceOf(EventHost host, in MapEvent each)
    {
        var key = (host, each.Mapping.Range.Bytes, each.IsMap, each.IsCold);
        if (_known.TryGetValue(key, out var known)) return known;
        return _known[key] = prices.Of(host, each, progress, cancellation);
    }
}
