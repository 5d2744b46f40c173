using System.Collections.Immutable;
using Fast.Host;

namespace Fast.Tool.Measure;

/// <summary>The document of <c>fast measure --json</c>.</summary>
internal sealed record MeasureDocument(
    string Schema,
    MeasuredMachineView Machine,
    MeasuredDeviceView Device,
    string Backend,
    bool Counted,
    ImmutableArray<string> Absent,
    ImmutableArray<PointView> Points,
    ReleasedView Released)
{
    /// <summary>The document's schema.</summary>
    public const string SchemaId = "fast.measure/1";
}

/// <summary>The machine that was measured.</summary>
internal sealed record MeasuredMachineView(string Machine, string Kernel, string Iommu, string Cpu, string Thp);

/// <summary>The device that lent its BAR and its address space.</summary>
internal sealed record MeasuredDeviceView(string Address, string Driver, string Group, string? GroupType, ImmutableArray<ulong> PageSizes, ImmutableArray<WindowView> Windows);

/// <summary>Where DMA may go.</summary>
internal sealed record WindowView(ulong First, ulong Last);

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
    ImmutableArray<FrameRunView>? Frames)
{
    /// <summary>The document's part for a point.</summary>
    public static PointView Of(MeasuredPoint point, ImmutableArray<string> absent, bool withFrames)
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
            DmaRequestView.Of(point.Rounds, round => round.MapFirst, absent),
            DmaRequestView.Of(point.Rounds, round => round.UnmapFirst, absent),
            DmaRequestView.Of(point.Rounds, round => round.MapAgain, absent),
            DmaRequestView.Of(point.Rounds, round => round.UnmapAgain, absent),
            withFrames ? [.. point.Frames.Select(run => new FrameRunView(run.First.Value, run.Pages))] : null);
    }
}

/// <summary>Frames that follow each other.</summary>
internal sealed record FrameRunView(ulong Pfn, ulong Pages);

/// <summary>One kind of request of a case: the median of its times, the shortest and the longest, and what the first one called.</summary>
internal sealed record DmaRequestView(long Nanoseconds, long NanosecondsMin, long NanosecondsMax, CountedCalls? Calls)
{
    /// <summary>A view of the same request in all rounds.</summary>
    public static DmaRequestView Of(ImmutableArray<MeasuredRound> rounds, Func<MeasuredRound, MeasuredRequest> request, ImmutableArray<string> absent)
    {
        var times = rounds.Select(round => request(round).Nanoseconds).Order().ToArray();
        return new DmaRequestView((times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2, times[0], times[^1], CountedCalls.Of(request(rounds[0]), absent));
    }
}

/// <summary>What this process still had of VFIO after everything was given back, as procfs tells it.</summary>
internal sealed record ReleasedView(int Descriptors, int Mappings);
