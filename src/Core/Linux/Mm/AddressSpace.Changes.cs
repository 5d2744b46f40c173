using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    private const AreaFlags Protection = AreaFlags.Read | AreaFlags.Write;
    private const AreaFlags Advice = AreaFlags.HugePageAdvised | AreaFlags.NoHugePage;

    /// <summary>Held by whoever changes areas or translations of an address space that several threads use (<c>mmap_lock</c>); the changes here take it themselves.</summary>
    public Lock MmapLock { get; } = new();

    /// <summary>Before 6.10 vfio-pci zaps each area that comes to be by a split or a fork, so that its list holds only what was faulted in since (<c>vfio_pci_mmap_open</c>).</summary>
    private bool ZapsNewAreas => Profile.BarFault == BarFault.RemapWholeArea;

    /// <summary>Removes an area, its translations and the tables that no other area needs (<c>munmap</c>, <c>free_pgtables</c>).</summary>
    public void Munmap(Area area)
    {
        ArgumentNullException.ThrowIfNull(area);
        lock (MmapLock)
        {
            if (_areas.Find(area.Start) != area) throw new ArgumentException($"no area of this address space starts at {area.Start}", nameof(area));
            _ = Munmap(area.Start, area.Bytes);
        }
    }

    /// <summary>
    /// Removes whatever lies in a range (<c>munmap</c>); areas at its ends are split. A huge leaf of which a part remains is cleared: the remaining part comes back at its next access.
    /// </summary>
    /// <returns><see cref="Errno.EINVAL"/>: not on a page bound, empty, or beyond user space. A range that holds nothing is fine.</returns>
    public Errno Munmap(Va start, ulong bytes)
    {
        if (!TryRange(start, bytes, out var last)) return Errno.EINVAL;
        lock (MmapLock)
        {
            if (!_areas.Intersects(start, last)) return Errno.None;
            SplitAt(start, zapsBelow: false);
            SplitAt(last + 1, zapsBelow: true);
            foreach (var area in _areas.Within(start, last)) Remove(area);
            Zap(IovaRange.Inclusive(start.AsTableInput, last.AsTableInput));
            // Nothing is mapped around the range any more, so the wider one only lets go of the tables that served nobody else.
            var (first, end) = _areas.Surroundings(start, last, LastUserByte);
            Table.Unmap(IovaRange.Inclusive(new Iova(first), new Iova(end)));
        }

        return Errno.None;
    }

    /// <summary>
    /// Changes what a range allows (<c>mprotect</c>); areas at its ends are split. Leaves that lie inside whole keep their size and change in place; one that lies across an end is cleared.
    /// Where nothing is allowed any more, there is no translation either.
    /// </summary>
    /// <param name="start">First byte, on a page bound.</param>
    /// <param name="bytes">Length; 0 changes nothing.</param>
    /// <param name="protection">Read, write, both or none.</param>
    /// <returns><see cref="Errno.EINVAL"/>: not on a page bound. <see cref="Errno.ENOMEM"/>: there is a hole; what lies before it was changed.</returns>
    public Errno Mprotect(Va start, ulong bytes, AreaFlags protection)
    {
        if ((protection & ~Protection) != 0 || (start.Value & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        if (bytes == 0) return Errno.None;
        if (!TryRange(start, bytes, out var last)) return Errno.ENOMEM;
        lock (MmapLock)
        {
            var next = start;
            foreach (var found in _areas.Within(start, last))
            {
                if (found.Start > next) return Errno.ENOMEM;
                next = found.Last + 1;
                if ((found.Flags & Protection) == protection) continue;
                var area = Narrow(found, start, last, (found.Flags & ~Protection) | protection);
                Protect(area);
            }

            return next <= last ? Errno.ENOMEM : Errno.None;
        }
    }

    /// <summary>
    /// Advises about huge pages (<c>madvise</c>: MADV_HUGEPAGE, MADV_NOHUGEPAGE); areas at the ends are split, but no translation changes. So a 1 GiB leaf may lie
    /// across two areas afterwards; a 2 MiB leaf there is cleared (<c>vma_adjust_trans_huge</c>).
    /// </summary>
    /// <returns><see cref="Errno.EINVAL"/>: no such advice, or not on a page bound. <see cref="Errno.ENOMEM"/>: there is a hole; the rest was advised.</returns>
    public Errno Madvise(Va start, ulong bytes, AreaFlags advice)
    {
        if (advice is not (AreaFlags.HugePageAdvised or AreaFlags.NoHugePage) || !TryRange(start, bytes, out var last)) return Errno.EINVAL;
        lock (MmapLock)
        {
            var (next, hasHole) = (start, false);
            foreach (var found in _areas.Within(start, last))
            {
                hasHole |= found.Start > next;
                next = found.Last + 1;
                if ((found.Flags & Advice) != advice) Narrow(found, start, last, (found.Flags & ~Advice) | advice);
            }

            return hasHole || next <= last ? Errno.ENOMEM : Errno.None;
        }
    }

    private static bool TryRange(Va start, ulong bytes, out Va last)
    {
        last = start + ((bytes + PageSize.Size4K.OffsetMask & PageSize.Size4K.PageMask) - 1);
        return bytes != 0 && bytes <= LastUserByte && (start.Value & PageSize.Size4K.OffsetMask) == 0 && last >= start && last.Value <= LastUserByte;
    }

    /// <summary>The part of an area that lies in a range, as an area of its own with other flags.</summary>
    private Area Narrow(Area area, Va start, Va last, AreaFlags flags)
    {
        if (area.Start < start) area = SplitAt(start, zapsBelow: true).Above;
        if (area.Last > last) area = SplitAt(last + 1, zapsBelow: false).Below;
        var changed = area.Part(area.Start, area.Last, flags);
        Replace(area, changed);
        return changed;
    }

    /// <summary>Splits the area that lies across a bound, if one does (<c>__split_vma</c>). The part that counts as new is zapped where vfio-pci does that.</summary>
    private (Area Below, Area Above) SplitAt(Va bound, bool zapsBelow)
    {
        var area = _areas.Find(bound);
        if (area is null || area.Start == bound) return default;
        CutAt(bound.Value, PmdLevel);
        var (below, above) = (area.Part(area.Start, new Va(bound.Value - 1)), area.Part(bound, area.Last));
        Replace(area, below, above);
        if (ZapsNewAreas) Zap(zapsBelow ? below : above);
        return (below, above);
    }

    private void Replace(Area area, params ReadOnlySpan<Area> parts)
    {
        Remove(area);
        foreach (var part in parts) Add(part);
    }

    private void Add(Area area)
    {
        _areas.Add(area);
        area.Bar?.Device.Remember(this, area);
    }

    private void Remove(Area area)
    {
        _areas.Remove(area);
        area.Bar?.Device.Forget(this, area);
    }

    private void Protect(Area area)
    {
        if (!area.Has(AreaFlags.Read) && !area.Has(AreaFlags.Write))
        {
            Zap(area.Range);
            return;
        }

        CutAt(area.Start.Value, PudLevel);
        CutAt(area.Last.Value + 1, PudLevel);
        Notify(area.Range, () => _counters.MmCounts.LeavesProtected += (long)Table.Protect(area.Range, area.Permissions).Total);
    }
}
