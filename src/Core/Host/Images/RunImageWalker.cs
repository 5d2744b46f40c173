using Fast.PageTables;

namespace Fast.Host;

/// <summary>Reads a format for which a run scan is emitted.</summary>
internal sealed class RunImageWalker<TFormat> : ImageWalker
    where TFormat : struct, IRunFormat
{
    private readonly ScanVariant _scan = ScanVariants.Default;

    public override FormatFacts Facts => TFormat.Facts;

    public override void ReadRuns(in SegmentedMemory memory, ulong root, IovaRange range, ref TableBudget budget, Span<Run> buffer, IRunSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var budgeted = new BudgetedMemory<SegmentedMemory>(memory, ref budget);
        var cursor = new RunCursor(range);
        while (!cursor.IsAtEnd)
        {
            cancellation.ThrowIfCancellationRequested();
            sink.Take(buffer[..PageTableRuns.ReadRuns<TFormat, BudgetedMemory<SegmentedMemory>>(budgeted, root, _scan, ref cursor, buffer)]);
        }
    }

    public override LeafSizeCounts CountLeafSizes(in SegmentedMemory memory, ulong root, IovaRange range, ref TableBudget budget) =>
        PageTableRuns.CountLeafSizes<TFormat, BudgetedMemory<SegmentedMemory>>(new BudgetedMemory<SegmentedMemory>(memory, ref budget), root, _scan, range);
}
