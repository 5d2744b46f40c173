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

    /// <summary>Its IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;

    /// <summary>Who maps for the device.</summary>
    public MapBackend Backend { get; init; }

    /// <summary>Whether the VMM mmaps no BAR (<c>x-no-mmap</c>).</summary>
    public bool NoMmap { get; init; }

    /// <summary>A timed unmap and map of the hypervisor, on Hyper-V; elsewhere the host's kernel is executed and priced.</summary>
    public TimedFlip? Flip { get; init; }
}

/// <summary>Prices map events: each distinct map of a BAR is executed once on real tables and its steps are priced, or what somebody timed is taken.</summary>
/// <param name="knowledge">Costs.</param>
/// <param name="cases">Executed cases.</param>
/// <param name="calibration">Rates of one's own machine in place of the public ones, or <see langword="null"/>.</param>
public sealed class EventPrices(Knowledge knowledge, BarCaseCache cases, Calibration? calibration = null)
{
    private const ulong PageBytes = 4096;

    /// <summary>What prices the steps.</summary>
    public CostModel Costs { get; } = new(knowledge, calibration);

    /// <summary>What an event takes. Of a timed flip, unmap and map together stand at the map.</summary>
    public MapAndUnmap Of(EventHost host, in MapEvent each, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Flip is { } flip ? Timed(flip, each) : Priced(host, each, progress, cancellation);
    }

    /// <summary>What is executed when a BAR of that size is mapped on that host.</summary>
    internal BarCase CaseOf(EventHost host, ulong bytes, bool isWarm)
    {
        var mapped = Math.Max((bytes + (PageBytes - 1)) & ~(PageBytes - 1), PageBytes);
        return BarCase.Create(new BarCaseOptions
        {
            Bytes = mapped,
            Kernel = host.Kernel,
            Choice = knowledge.Behaviours.Resolve(host.Kernel),
            Warm = isWarm,
            VaSkew = host.VaSkew,
            Thp = host.Thp,
            Iommu = host.Iommu,
            Trapped = host.NoMmap ? new TrappedPages(0, mapped) : null,
            Conditions = new BarConditions { Backend = host.Backend },
        });
    }

    /// <summary>What was timed is an unmap with the map after it, for a size; it is taken as so much per byte, at the map.</summary>
    private static MapAndUnmap Timed(TimedFlip flip, in MapEvent each)
    {
        var seconds = each.IsMap ? flip.Seconds * each.Mapping.Range.Bytes / flip.Bytes : 0;
        return new MapAndUnmap(new Seconds(seconds, seconds, seconds), Seconds.Zero);
    }

    private MapAndUnmap Priced(EventHost host, in MapEvent each, IProgress<BarProgress>? progress, CancellationToken cancellation)
    {
        var barCase = CaseOf(host, each.Mapping.Range.Bytes, isWarm: each is { IsMap: true, IsCold: false });
        var outcome = cases.Run(barCase, progress, cancellation);
        return each.IsMap
            ? new MapAndUnmap(Costs.PriceMap(barCase.Kernel, MapSteps.Of(barCase, outcome)).Seconds, Seconds.Zero)
            : new MapAndUnmap(Seconds.Zero, Costs.PriceUnmap(barCase.Kernel, (ulong)outcome.Unmap.IovaToPhys).Seconds);
    }
}
