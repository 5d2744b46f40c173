using Fast.PageTables;

namespace Fast.Host;

/// <summary>Reads a format that can only be walked, one address after the other: those whose entries pass through code of their own.</summary>
internal sealed class LeafImageWalker<TFormat> : ImageWalker
    where TFormat : struct, IWalkFormat
{
    public override FormatFacts Facts => TFormat.Facts;

    public override void ReadRuns(in SegmentedMemory memory, ulong root, IovaRange range, ref TableBudget budget, Span<Run> buffer, IRunSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length, nameof(buffer));
        var (count, open, isOpen) = (0, default(Run), false);
        var steps = new Steps(range, WholeRange);
        while (steps.TryNext(new BudgetedMemory<SegmentedMemory>(memory, ref budget), root, out var found))
        {
            if (found is not { } leaf) continue;
            if (isOpen && Joined(open, leaf.Run) is { } joined)
            {
                open = joined;
                continue;
            }

            if (isOpen) buffer[count++] = open;
            (open, isOpen) = (leaf.Run, true);
            if (count < buffer.Length) continue;
            cancellation.ThrowIfCancellationRequested();
            sink.Take(buffer);
            count = 0;
        }

        if (isOpen) buffer[count++] = open;
        sink.Take(buffer[..count]);
    }

    public override LeafSizeCounts CountLeafSizes(in SegmentedMemory memory, ulong root, IovaRange range, ref TableBudget budget)
    {
        var sizes = default(LeafSizeCounts);
        var steps = new Steps(range, WholeRange);
        while (steps.TryNext(new BudgetedMemory<SegmentedMemory>(memory, ref budget), root, out var found))
        {
            if (found is { } leaf) sizes.Add(leaf.Size);
        }

        return sizes;
    }

    private static Run? Joined(in Run run, in Run next) =>
        run.Last.Value + 1 == next.Start.Value && run.Pfn + run.Pages == next.Pfn && run.Permissions == next.Permissions
            ? new Run(run.Start, run.Pfn, run.Pages + next.Pages, run.Permissions)
            : null;

    private struct Steps(IovaRange range, IovaRange whole)
    {
        private readonly ulong _last = Math.Min(range.Last.Value, whole.Last.Value) | PageSize.Size4K.OffsetMask;
        private ulong _at = range.Start.Value & PageSize.Size4K.PageMask;
        private bool _ended = range.Start.Value > whole.Last.Value;

        /// <summary>Walks to the leaf or the hole at the next address and goes behind it; <see langword="false"/> at the end.</summary>
        public bool TryNext(BudgetedMemory<SegmentedMemory> memory, ulong root, out (Run Run, PageSize Size)? found)
        {
            found = null;
            if (_ended) return false;
            var result = TFormat.Walk(memory, root, new Iova(_at));
            var shift = result.IsLeaf ? result.Leaf.Size.Shift : HoleShift(result.Level);
            var lastHere = Math.Min(_last, shift >= 64 ? ulong.MaxValue : _at | ((1UL << shift) - 1));
            if (result.IsLeaf) found = (new Run(new Iova(_at), result.Leaf.Pfn, ((lastHere - _at) >> Pfn.Shift) + 1, result.Leaf.Permissions), result.Leaf.Size);
            _ended = lastHere == _last;
            if (!_ended) _at = lastHere + 1;
            return true;
        }

        /// <summary>How much a walk that ended at a level says nothing about any more. Where entries point to two tables the other one may go on.</summary>
        private static int HoleShift(int level) => level > TFormat.Facts.TopLevel ? 64
            : TFormat.Facts.BigTable is not null && level <= 1 ? TFormat.Facts.Levels[0].Shift
            : TFormat.Facts.Levels[level].Shift;
    }
}
