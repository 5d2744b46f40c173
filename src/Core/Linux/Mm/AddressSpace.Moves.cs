using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    /// <summary>
    /// Shrinks or moves a part of an area (<c>mremap</c>). An area of raw frames never grows (VM_DONTEXPAND). Leaves move with it where both addresses are multiples of their size;
    /// larger ones are cleared, and the new place is faulted in.
    /// </summary>
    /// <param name="from">First byte of what is moved, on a page bound.</param>
    /// <param name="oldBytes">Its length; all in one area.</param>
    /// <param name="newBytes">Length afterwards: at most <paramref name="oldBytes"/>.</param>
    /// <param name="to">Where to move it (MREMAP_FIXED); whatever lies there goes. <see langword="null"/>: it stays.</param>
    /// <returns>
    /// <see cref="Errno.EINVAL"/>: not on page bounds, nothing left, or the new place overlaps the old. <see cref="Errno.EFAULT"/>: no area there, it ends before, or it would have to grow.
    /// </returns>
    public Errno Mremap(Va from, ulong oldBytes, ulong newBytes, Va? to = null)
    {
        oldBytes = oldBytes + PageSize.Size4K.OffsetMask & PageSize.Size4K.PageMask;
        if (!TryRange(from, newBytes, out var last)) return Errno.EINVAL;
        newBytes = last.Value - from.Value + 1;
        var newLast = last;
        if (to is { } place && (!TryRange(place, newBytes, out newLast) || (place < from + oldBytes && newLast >= from))) return Errno.EINVAL;
        lock (MmapLock)
        {
            var area = _areas.Find(from);
            if (area is null || oldBytes > area.Last.Value - from.Value + 1 || newBytes > oldBytes) return Errno.EFAULT;
            if (newBytes < oldBytes) Munmap(last + 1, oldBytes - newBytes);
            if (to is null) return Errno.None;
            Munmap(to.Value, newBytes);
            area = _areas.Find(from)!;
            var moved = area.Part(from, last, at: to);
            var permissions = area.Permissions;
            Add(moved);
            MoveLeaves(from, last, to.Value, permissions);
            Munmap(from, newBytes);
        }

        return Errno.None;
    }

    /// <summary>
    /// A copy of the address space (<c>fork</c>). Areas of raw frames are copied with their translations (VM_COPY_ON_FORK), huge leaves in one step; shared ones stay writable. What a container maps
    /// for DMA stays with the parent.
    /// </summary>
    /// <param name="child">The copy, or <see langword="null"/>.</param>
    /// <returns><see cref="Errno.ENOMEM"/>: no memory for the child's tables.</returns>
    public Errno Fork(out AddressSpace? child)
    {
        lock (MmapLock)
        {
            child = null;
            try
            {
                child = new AddressSpace(Profile, Table.Arena, _counters) { ThpPolicy = ThpPolicy, StructPages = StructPages, Resched = Resched };
            }
            catch (InvalidOperationException)
            {
                // No room for its root.
                return Errno.ENOMEM;
            }

            foreach (var area in _areas.All())
            {
                var copy = area.Part(area.Start, area.Last);
                child.Add(copy);
                if (ZapsNewAreas)
                {
                    copy.IsFilled = false;
                    continue;
                }

                // Others are faulted in again.
                if (!area.Has(AreaFlags.Pfnmap)) continue;
                foreach (var (range, leaf) in Leaves(area.Start, area.Last))
                {
                    var report = child.Table.TryMap(range, leaf.Pfn, area.IsCow ? leaf.Permissions & ~Permissions.Write : leaf.Permissions, leaf.Size);
                    // A leaf that lies across two areas was copied with the first.
                    if (report.Status == MapStatus.AlreadyMapped) continue;
                    if (!report.IsDone)
                    {
                        child.Exit();
                        child = null;
                        return Errno.ENOMEM;
                    }

                    _counters.MmCounts.LeavesCopied++;
                }
            }
        }

        return Errno.None;
    }

    /// <summary>The end of the process: all areas, translations and tables go. The address space may not be used afterwards.</summary>
    public void Exit()
    {
        lock (MmapLock)
        {
            foreach (var area in _areas.All()) Munmap(area);
            Table.Free();
        }
    }

    private void MoveLeaves(Va from, Va last, Va to, Permissions permissions)
    {
        var distance = unchecked(to.Value - from.Value);
        foreach (var (range, leaf) in Leaves(from, last))
        {
            var start = new Iova(unchecked(range.Start.Value + distance));
            // Half a leaf cannot move, and a table that stands at the new place stays.
            var whole = range.Start.Value >= from.Value && range.Last.Value <= last.Value && (start.Value & leaf.Size.OffsetMask) == 0;
            if (!whole || Table.Walk(start).Level < LevelOf(leaf.Size)) continue;
            Notify(range, () => Table.Unmap(range, keepTables: true));
            if (Table.TryMap(IovaRange.Of(start, range.Bytes), leaf.Pfn, permissions, leaf.Size).IsDone) _counters.MmCounts.LeavesMoved++;
        }
    }

    /// <summary>The leaves of a range, each with all that it maps, even what lies outside of the range.</summary>
    private IEnumerable<(IovaRange Range, Leaf Leaf)> Leaves(Va first, Va last)
    {
        for (var at = first.Value; at <= last.Value;)
        {
            var walk = Table.Walk(new Iova(at));
            var size = walk.IsLeaf ? walk.Leaf.Size : new PageSize(Pfn.Shift + (9 * walk.Level));
            var range = IovaRange.Of(new Iova(at & size.PageMask), size.Bytes);
            // The lookup told of the page asked for; the leaf begins with its first.
            if (walk.IsLeaf) yield return (range, walk.Leaf with { Pfn = new Pfn(walk.Leaf.Pfn.Value & ~(size.Pages - 1)) });
            at = range.Last.Value + 1;
        }
    }
}
