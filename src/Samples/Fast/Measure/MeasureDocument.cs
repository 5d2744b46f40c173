using System.Collections.Immutable;
using Fast.Host;

namespace Fast.Tool.Measure;

/// <summary>The document of <c>fast measure --json</c>.</summary>
internal sealed record MeasureDocument(
    string Schema,
    MeasuredMachineView Machine,
    MeasuredDeviceView Device,
    string Backend,
    ImmutableArray<string>? Absent,
    ImmutableArray<PointView> Points,
    ReleasedView Released)
{
    /// <summary>The document's schema.</summary>
    public const string SchemaId = "fast.measure/1";
}

/// <summary>The machine that was measured.</summary>
internal sealed record MeasuredMachineView(string Machine, string Kernel, string Iommu, string Cpu, string Thp);

/// <summary>The device that lent its BAR and its address space.</summary>
internal sealed record MeasuredDeviceView(string Address, string Driver, string Group, string? GroupType, ImmutableArray<ulong> PageSizes, ImmutableArray<DmaWindowView> Windows);

/// <summary>Where DMA may go.</summary>
internal sealed record DmaWindowView(ulong First, ulong Last);

/// <summary>One case. Sizes and addresses in bytes.</summary>
internal sealed record PointView(
    string Memory,
    int? Bar,
    ulong Offset,
    ulong Size,
    ulong? VaSkew,
    ulong IovaSkew,
    ulong Va,
    ulong Iova,
    ulong Physical,
    int Repeat,
    long PageTableBytes,
    DmaRequestView MapFirst,
    DmaRequestView UnmapFirst,
    DmaRequestView MapAgain,
    DmaRequestView UnmapAgain,
    FastPathView? FastPath,
    ImmutableArray<FrameRunView>? Frames)
{
    /// <summary>The document's part for a point.</summary>
    public static PointView Of(MeasuredPoint point, ImmutableArray<string> absent, bool withFrames, FastPathView? fastPath)
    {
        var isBar = point.Case.Memory == MeasuredMemory.Bar;
        return new PointView(
            MemoryWords.Of(point.Case.Memory),
            isBar ? point.Case.Region : null,
            point.Case.Offset,
            point.Case.Bytes,
            isBar ? Congruent.Skew(point.Va, point.Physical) : null,
            point.Case.IovaSkew,
            point.Va,
            point.Iova,
            point.Physical,
            point.Rounds.Length,
            point.Rounds[0].PageTableBytes,
            DmaRequestView.Of(point, round => round.MapFirst, absent),
            DmaRequestView.Of(point, round => round.UnmapFirst, absent),
            DmaRequestView.Of(point, round => round.MapAgain, absent),
            DmaRequestView.Of(point, round => round.UnmapAgain, absent),
            fastPath,
            withFrames ? [.. point.Frames.Select(run => new FrameRunView(run.First.Value, run.Pages))] : null);
    }
}

/// <summary>Frames that follow each other.</summary>
internal sealed record FrameRunView(ulong Pfn, ulong Pages);

/// <summary>One kind of request of a case: the median of its times, the shortest and the longest, and what it called in a round that was counted and not timed.</summary>
internal sealed record DmaRequestView(long Nanoseconds, long NanosecondsMin, long NanosecondsMax, CountedCalls? Calls)
{
    /// <summary>A view of the same request in all rounds.</summary>
    public static DmaRequestView Of(MeasuredPoint point, Func<MeasuredRound, MeasuredRequest> request, ImmutableArray<string> absent)
    {
        var times = point.Rounds.Select(round => request(round).Nanoseconds).Order().ToArray();
        return new DmaRequestView((times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2, times[0], times[^1], point.Counted is { } counted ? CountedCalls.Of(request(counted), absent) : null);
    }
}

/// <summary>What this process still had of VFIO after everything was given back, as procfs tells it.</summary>
internal sealed record ReleasedView(int Descriptors, int Mappings);
