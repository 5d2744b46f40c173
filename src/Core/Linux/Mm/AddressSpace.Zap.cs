using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    private readonly List<IMmuNotifier> _notifiers = [];

    /// <summary>Has somebody told of every change of translations (<c>mmu_notifier_register</c>).</summary>
    public void Register(IMmuNotifier notifier)
    {
        ArgumentNullException.ThrowIfNull(notifier);
        lock (MmapLock) _notifiers.Add(notifier);
    }

    /// <summary>Removes the translations of an area but keeps its tables (<c>unmap_mapping_range</c>; 6.1: <c>zap_vma_ptes</c>).</summary>
    internal void Zap(Area area)
    {
        lock (MmapLock)
        {
            Zap(area.Range);
            area.IsFilled = false;
        }
    }

    /// <summary>
    /// Removes the translations of a range but keeps the tables. A leaf of which the range holds a part goes whole, and nothing takes its place: the rest is faulted in again, by smaller leaves where
    /// a larger one does not fit any more (<c>__split_huge_pud</c>, <c>__split_huge_pmd</c> of an area that is not anonymous).
    /// </summary>
    private void Zap(IovaRange range)
    {
        foreach (var area in _areas.Within(new Va(range.Start.Value), new Va(range.Last.Value))) area.FilledBytes = 0;
        CutAt(range.Start.Value, PudLevel);
        CutAt(range.Last.Value + 1, PudLevel);
        Notify(range, () => _counters.MmCounts.LeavesZapped += (long)Table.Unmap(range, keepTables: true).Total);
    }

    /// <summary>Clears the leaf that lies across <paramref name="bound"/>, if it is of <paramref name="highest"/> level or below.</summary>
    private void CutAt(ulong bound, int highest)
    {
        if (bound == 0 || bound > LastUserByte) return;
        if (!Table.Follow(new Iova(bound), out var leaf) || (bound & leaf.Size.OffsetMask) == 0 || LevelOf(leaf.Size) > highest) return;
        var whole = IovaRange.Of(new Iova(bound & leaf.PageMask), leaf.Size.Bytes);
        foreach (var area in _areas.Within(new Va(whole.Start.Value), new Va(whole.Last.Value))) area.FilledBytes = 0;
        Notify(whole, () => Table.Unmap(whole, keepTables: true));
        _counters.MmCounts.LeavesCut++;
    }

    private void Notify(IovaRange range, Action change)
    {
        var (first, last) = (new Va(range.Start.Value), new Va(range.Last.Value));
        foreach (var notifier in _notifiers) notifier.InvalidateRangeStart(first, last);
        change();
        foreach (var notifier in _notifiers) notifier.InvalidateRangeEnd(first, last);
    }

    private static int LevelOf(PageSize size) => (size.Shift - Pfn.Shift) / 9;
}
