using Fast.Linux;

namespace Fast.Machines;

/// <summary>A host, as far as it decides what one map and one unmap of a BAR cost.</summary>
public sealed record EventHost
{
    /// <summary>Its kernel; not used where <see cref="Flip"/> is.</summary>
    public KernelVersion Kernel { get; init; } = KernelProfiles.Newest;

    /// <summary>Its setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>Where the VMM mmaps BARs minus where they are, modulo 1 GiB.</summary>
    public ulong VaSkew { get; init; }

    /// <summary>A timed unmap and map of the hypervisor, on Hyper-V; elsewhere the host's kernel is executed and priced.</summary>
    public TimedFlip? Flip { get; init; }
}

/// <summary>Prices map events: each distinct map of a BAR is executed once on real tables and its steps are priced, or what somebody timed is taken.</summary>
/// <param name="knowledge">Costs.</param>
/// <param name="cases">Executed cases.</param>
public sealed class EventPrices(Knowledge knowledge, BarCaseCache cases)
{
    private const ulong PageBytes = 4096;
    private readonly CostModel _costs = new(knowledge);

    /// <summary>What an event takes. Of a timed flip, unmap and map together stand at the map.</summary>
    public MapAndUnmap Of(EventHost host, in MapEvent each, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Flip is { } flip ? Timed(flip, each) : Priced(host, each, progress, cancellation);
    }

    /// <summary>What was timed is an unmap with the map after it, for a size; it is taken as so much per byte, at the map.</summary>
    private static MapAndUnmap Timed(TimedFlip flip, in MapEvent each)
    {
        var seconds = each.IsMap ? flip.Seconds * each.Mapping.Range.Bytes / flip.Bytes : 0;
        return new MapAndUnmap(new Seconds(seconds, seconds, seconds), Seconds.Zero);
    }

    private MapAndUnmap Priced(EventHost host, in MapEvent each, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        var barCase = BarCase.Create(new BarCaseOptions
        {
            Bytes = Math.Max((each.Mapping.Range.Bytes + (PageBytes - 1)) & ~(PageBytes - 1), PageBytes),
            Kernel = host.Kernel,
            Warm = each is { IsMap: true, IsCold: false },
            VaSkew = host.VaSkew,
            Thp = host.Thp,
        });
        var outcome = cases.Run(barCase, progress, cancellation);
        return each.IsMap
            ? new MapAndUnmap(_costs.PriceMap(barCase.Kernel, MapSteps.Of(barCase, outcome)).Seconds, Seconds.Zero)
            : new MapAndUnmap(Seconds.Zero, _costs.PriceUnmap(barCase.Kernel, (ulong)outcome.Unmap.IovaToPhys).Seconds);
    }
}
