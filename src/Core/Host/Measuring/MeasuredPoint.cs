using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>One request: how long it took, and what the kernel called meanwhile.</summary>
/// <param name="Nanoseconds">Its time, system call included.</param>
/// <param name="Calls">How often each probed function of the kernel was called; empty when nothing was probed.</param>
public sealed record MeasuredRequest(long Nanoseconds, ImmutableSortedDictionary<string, long> Calls);

/// <summary>One fresh mmap: mapped for DMA and unmapped, and both again.</summary>
/// <param name="MapFirst">The first map, page faults included.</param>
/// <param name="UnmapFirst">Its unmap.</param>
/// <param name="MapAgain">The second map: the process's table is filled.</param>
/// <param name="UnmapAgain">Its unmap.</param>
/// <param name="PageTableBytes">By how much the process's page tables (VmPTE) grew with the first map.</param>
public sealed record MeasuredRound(MeasuredRequest MapFirst, MeasuredRequest UnmapFirst, MeasuredRequest MapAgain, MeasuredRequest UnmapAgain, long PageTableBytes);

/// <summary>A case with all its rounds.</summary>
/// <param name="Case">What was measured.</param>
/// <param name="Va">Where the process had it in the last round; 0 for a buffer.</param>
/// <param name="Iova">Where the device found it.</param>
/// <param name="Physical">Where it lies on the bus; 0 for ordinary memory.</param>
/// <param name="Rounds">The rounds.</param>
/// <param name="Frames">The frames behind ordinary memory in the last round, the counted one if there is one, as runs; empty for a BAR, and where the kernel hides them.</param>
public sealed record MeasuredPoint(MeasureCase Case, ulong Va, ulong Iova, ulong Physical, ImmutableArray<MeasuredRound> Rounds, ImmutableArray<FrameRun> Frames)
{
    /// <summary>A round whose calls were counted, besides those that were timed.</summary>
    public MeasuredRound? Counted { get; init; }
}

/// <summary>Frames that follow each other.</summary>
/// <param name="First">The first.</param>
/// <param name="Pages">How many.</param>
public readonly record struct FrameRun(Pfn First, ulong Pages);
