using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Leaves at a time.</summary>
/// <param name="Seconds">Simulated seconds since the beginning.</param>
/// <param name="Dom0">Of dom0's map.</param>
/// <param name="Guest">Of the guest's map.</param>
/// <param name="Iommu">Of the IOMMU's own table.</param>
public sealed record LeafSample(double Seconds, LeafSizes Dom0, LeafSizes Guest, LeafSizes Iommu);

/// <summary>What was done to a domain, and what is left of it.</summary>
/// <param name="P2m">Work on its map.</param>
/// <param name="Iommu">Work on its IOMMU's own table.</param>
/// <param name="Leaves">Leaves of its map at the end.</param>
/// <param name="Tables">Tables of its map at the end.</param>
/// <param name="Flushes">Flushes of its vCPUs.</param>
/// <param name="IotlbFlushes">Flushes of its IOMMU.</param>
/// <param name="VcpuPauses">Pauses of a vCPU.</param>
/// <param name="Lock">Its p2m lock.</param>
public sealed record DomainResult(
    TableChange P2m, TableChange Iommu, LeafSizes Leaves, ulong Tables, ulong Flushes, ulong IotlbFlushes, ulong VcpuPauses, P2mLock Lock)
{
    internal static DomainResult Of(XenDomain domain) => new(
        domain.P2mWork, domain.IommuWork, domain.P2m?.Leaves ?? default, domain.P2m?.TablesInUse ?? 0, domain.Flushes, domain.IotlbFlushes, domain.VcpuPauses, domain.Lock);
}

/// <summary>What came of a run.</summary>
public sealed record XenRunResult
{
    /// <summary>The machine.</summary>
    public required XenSettings Settings { get; init; }

    /// <summary>The strategy.</summary>
    public required Strategy Strategy { get; init; }

    /// <summary>Simulated seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Dom0.</summary>
    public required DomainResult Dom0 { get; init; }

    /// <summary>The guest.</summary>
    public required DomainResult Guest { get; init; }

    /// <summary>What happened to buffers.</summary>
    public required BlobCounters Blobs { get; init; }

    /// <summary>Calls to Xen.</summary>
    public required ulong Calls { get; init; }

    /// <summary>Of these, those that went on where one before had reached its limit.</summary>
    public required ulong Continuations { get; init; }

    /// <summary>References taken.</summary>
    public required ulong ReferencesTaken { get; init; }

    /// <summary>References dropped.</summary>
    public required ulong ReferencesDropped { get; init; }

    /// <summary>Nanoseconds within Xen, without waiting.</summary>
    public required long XenNanoseconds { get; init; }

    /// <summary>Leaves over time.</summary>
    public ImmutableArray<LeafSample> Samples { get; init; } = [];

    /// <summary>What does not hold that must; empty.</summary>
    public ImmutableArray<string> Violations { get; init; } = [];

    /// <summary>Seconds that the maps cost: within Xen, waiting for locks, and vCPUs standing still.</summary>
    public double CostSeconds => (XenNanoseconds + Dom0.Lock.WaitNanoseconds + Guest.Lock.WaitNanoseconds + Blobs.StallNanoseconds) / 1e9;

    internal static XenRunResult Of(XenSettings settings, BlobHost host, ImmutableArray<LeafSample> samples, double seconds) => new()
    {
        Settings = settings,
        Strategy = host.Strategy,
        Seconds = seconds,
        Dom0 = DomainResult.Of(host.Dom0),
        Guest = DomainResult.Of(host.Guest),
        Blobs = host.Counters,
        Calls = host.Xen.Calls,
        Continuations = host.Xen.Continuations,
        ReferencesTaken = host.Xen.ReferencesTaken,
        ReferencesDropped = host.Xen.ReferencesDropped,
        XenNanoseconds = host.Xen.Nanoseconds,
        Samples = samples,
        Violations = [.. XenInvariants.Problems(host)],
    };
}
