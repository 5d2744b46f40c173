using System.Collections.Immutable;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tool.Map;

/// <summary>What <c>fast map --json</c> prints.</summary>
internal sealed record MapDocument(
    string Schema,
    MapRequestView Request,
    ProfileView Profile,
    IommuView Iommu,
    OutcomeView Outcome,
    MapView Map,
    UnmapView Unmap,
    MemoryView Memory,
    TimeView Time,
    PredictedView? Predicted,
    CountedView? Counted,
    ImmutableArray<MapDocument>? Columns)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.map/1";
}

/// <summary>Every option in force. Sizes and skews in bytes.</summary>
internal sealed record MapRequestView(
    ulong Size,
    ulong Bar,
    ulong Offset,
    string Kernel,
    ImmutableArray<int> Patches,
    string Path,
    bool Warm,
    ulong VaSkew,
    ulong IovaSkew,
    string Thp,
    string Iommu,
    string? Ram,
    int Holes,
    ulong? BreakEvery,
    int Domains,
    ulong? Memlock,
    string? Fail,
    string Backend,
    int Repeat);

/// <summary>The behaviour in force, how far to trust it, and why.</summary>
internal sealed record ProfileView(string Name, string Confidence, string Reason);

/// <summary>The host's IOMMU: the format of its tables, and what the price of its steps stands on.</summary>
internal sealed record IommuView(string Id, string Title, string Confidence, string Reason)
{
    /// <summary>A view of <paramref name="kind"/> on some kernels.</summary>
    public static IommuView Of(IommuKind kind, params IEnumerable<KernelProfile> profiles)
    {
        var basis = IommuBasis.Of(kind, profiles);
        return new IommuView(kind.Id, kind.Title, Words.Of(basis.Confidence), basis.Reason);
    }

    /// <summary>The same in a line for people.</summary>
    public override string ToString() => $"IOMMU: {Title} ({Id}); {Reason}";
}

/// <summary>How it ended. An errno is a result.</summary>
internal sealed record OutcomeView(bool Ok, string? Errno, ImmutableArray<string> KnownBugs);

/// <summary>Counters of the map.</summary>
internal sealed record MapView(
    long VaddrGetPfns,
    long GupAttempts,
    long Lookups,
    long Faults,
    long HugeFaultCalls,
    long Pins,
    long FolioGrabs,
    long MemlockChecks,
    long Chunks,
    long IommuMapCalls,
    long LeavesVisited,
    IReadOnlyDictionary<string, long> CpuLeaves,
    IReadOnlyDictionary<string, long> IommuLeaves);

/// <summary>Counters of the unmap.</summary>
internal sealed record UnmapView(long IovaToPhys, long IommuUnmapCalls, long IotlbSyncs, long ReservedTests, long Unpins, long LeavesVisited);

/// <summary>Bytes of all tables while the mapping stood, and what was taken from the garbage-collected heap.</summary>
internal sealed record MemoryView(ulong CpuTableBytes, ulong IommuTableBytes, long ManagedBytesAllocated);

/// <summary>Time measured here; the median when repeated.</summary>
internal sealed record TimeView(
    long MapNanoseconds, long UnmapNanoseconds, long MapNanosecondsMin, long MapNanosecondsMax, long UnmapNanosecondsMin, long UnmapNanosecondsMax);

/// <summary>Seconds that the kernel would take on server hardware.</summary>
internal sealed record PredictedView(SecondsView Map, SecondsView Unmap);

/// <summary>A time and its band.</summary>
internal sealed record SecondsView(double Seconds, double Low, double High)
{
    /// <summary>A view of <paramref name="seconds"/>.</summary>
    public static SecondsView Of(Fast.Machines.Seconds seconds) => new(seconds.Center, seconds.Low, seconds.High);
}

/// <summary>What a real kernel of the same behaviour was counted doing with the same BAR; <see langword="null"/> where it was not probed.</summary>
internal sealed record CountedView(
    string Release,
    string Source,
    long VaddrGetPfns,
    long Lookups,
    long Faults,
    long? HugeFaultCalls,
    long IommuMapCalls,
    long? IovaToPhys,
    long MapInstructions,
    long UnmapInstructions);
