using System.Collections.Immutable;

namespace Fast.PageTables;

/// <summary>What a validation found.</summary>
public sealed record TableReport
{
    /// <summary>Tables that were read; one that serves several levels counts once for each.</summary>
    public required int Tables { get; init; }

    /// <summary>Leaves in them, by size; a leaf of several items counts once.</summary>
    public required ImmutableSortedDictionary<PageSize, ulong> Leaves { get; init; }

    /// <summary>Problems in all.</summary>
    public required long ProblemCount { get; init; }

    /// <summary>The first of them, in the order of the walk.</summary>
    public required ImmutableArray<TableProblem> Problems { get; init; }

    /// <summary>Whether every reachable table was read; otherwise the budget was smaller than their number.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether every reachable entry is right: complete, and without a problem.</summary>
    public bool IsSound => IsComplete && ProblemCount == 0;

    /// <summary>One line.</summary>
    public override string ToString() =>
        $"{Tables} tables{(IsComplete ? "" : " (more were not read)")}, leaves {string.Join(' ', Leaves.Select(leaf => $"{leaf.Value} x {leaf.Key}"))}, {ProblemCount} problems";
}
