namespace Fast.PageTables;

/// <summary>What a pin did. Whatever its status: everything of the source before <see cref="At"/> stands in the destination, nothing after it.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="At">Source address at which it ended; one past the range when done.</param>
/// <param name="Pages">4 KiB pages that now stand in the destination.</param>
/// <param name="Runs">Contiguous runs that they form.</param>
/// <param name="LeavesRead">Leaves of the source that were read, by level.</param>
/// <param name="LeavesWritten">Leaves of the destination that were written, by level.</param>
/// <param name="Map">Why the destination refused, when it did.</param>
public readonly record struct PinReport(
    PinStatus Status, Iova At, ulong Pages, ulong Runs, LeafCounts LeavesRead, LeafCounts LeavesWritten, MapStatus Map);
