using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    internal const int PudOrder = 18;
    internal const int PmdOrder = 9;
    private const int PudLevel = 2;
    private const int PmdLevel = 1;

    /// <summary>Faults a page in on somebody's behalf (<c>fixup_user_fault</c>).</summary>
    /// <returns>
    /// <see cref="Errno.EFAULT"/> when nothing is mapped there, the access is not allowed, or the device does not answer; <see cref="Errno.EINTR"/> when a fatal
    /// signal is pending.
    /// </returns>
    public Errno FixupUserFault(Va va, bool write) => FixupUserFault(va, write, out _);

    /// <summary>Touches each leaf of a range once, as user space would: what is not mapped yet is faulted in.</summary>
    /// <returns>Why it stopped, or <see cref="Errno.None"/>.</returns>
    public Errno Populate(Va start, ulong bytes, bool write) => Populate(start, bytes, write, out _);

    /// <summary>The same, and counts the leaves that were found mapped.</summary>
    internal Errno Populate(Va start, ulong bytes, bool write, out long found)
    {
        found = 0;
        for (ulong done = 0; done < bytes;)
        {
            Resched.Step();
            var va = start + done;
            ulong next;
            if (Table.Follow(va.AsTableInput, out var leaf))
            {
                found++;
                next = (va.Value & leaf.PageMask) + leaf.Size.Bytes;
            }
            else
            {
                var errno = FixupUserFault(va, write, out next);
                if (errno != Errno.None) return errno;
            }

            done = next - start.Value;
        }

        return Errno.None;
    }

    /// <summary>Writes one leaf of 2^<paramref name="order"/> pages (<c>vmf_insert_pfn_pud</c>, <c>_pmd</c>, <c>vmf_insert_pfn</c>).</summary>
    internal FaultResult Insert(Area area, Va start, int order)
    {
        var size = new PageSize(order + Pfn.Shift);
        return Insert(area, IovaRange.Of(start.AsTableInput, size.Bytes), area.PfnOf(start), size);
    }

    /// <summary>Writes 4 KiB leaves for a whole area (<c>remap_pfn_range</c>).</summary>
    internal FaultResult InsertAll(Area area) => Insert(area, area.Range, area.PfnOf(area.Start), PageSize.Size4K);

    private FaultResult Insert(Area area, IovaRange range, Pfn first, PageSize largest)
    {
        if (largest > PageSize.Size4K && area.IsCow) throw new InvalidOperationException($"a huge leaf at {range.Start} in an area that is copied on write: Linux stops with a BUG (vmf_insert_pfn_pmd)");
        var report = Table.TryMap(range, first, area.Permissions, largest);
        if (report.IsDone) area.FilledBytes += range.Bytes;
        return report.Status switch
        {
            MapStatus.Done or MapStatus.AlreadyMapped => FaultResult.NoPage,
            MapStatus.OutOfTables => FaultResult.Oom,
            _ => throw new InvalidOperationException($"cannot insert {range}: {report}"),
        };
    }

    internal Errno FixupUserFault(Va va, bool write, out ulong next)
    {
        next = va.Value;
        var area = _areas.Find(va);
        if (area is null || !area.Has(write ? AreaFlags.Write : AreaFlags.Read)) return Errno.EFAULT;
        if (Failures.HasFatalSignal) return Errno.EINTR;
        return ErrnoOf(HandleFault(area, va, out next));
    }

    /// <summary>
    /// Tries 1 GiB, 2 MiB, 4 KiB (<c>__handle_mm_fault</c>). A larger order is tried only where no table stands yet: a table that a smaller leaf
    /// once needed stays after a zap and keeps the larger leaf away.
    /// </summary>
    /// <param name="area">Where.</param>
    /// <param name="va">The page that was missing.</param>
    /// <param name="next">The first byte behind what is mapped now.</param>
    private FaultResult HandleFault(Area area, Va va, out ulong next)
    {
        _counters.MapCounts.Faults++;
        _counters.Locks?.Require("a fault", ModelledLock.MmapRead);
        next = area.Last.Value + 1;
        if (area.Bar is not { Device: var device }) return FaultRam(area, va, out next);
        var scripted = Failures.Fault();
        if (scripted != FaultResult.NoPage) return scripted;
        if (Profile.BarFault is BarFault.RemapWholeArea or BarFault.InsertWholeArea)
        {
            _counters.MmCounts.HandlerCalls++;
            return device.FaultWholeArea(this, area);
        }

        var walk = Table.Walk(va.AsTableInput);
        if (walk.IsLeaf)
        {
            next = (va.Value & walk.Leaf.PageMask) + walk.Leaf.Size.Bytes;
            return FaultResult.NoPage;
        }

        if (Profile.BarFault != BarFault.HugeOrders) return HandleFaultAsWeighed(device, area, va, walk.Level, ref next);

        var order = PudOrder;
        var result = FaultResult.Fallback;
        if (AllowsHuge(area))
        {
            if (walk.Level >= PudLevel) result = HugeFault(device, area, va, PudOrder);
            if (result == FaultResult.Fallback) order = PmdOrder;
            if (result == FaultResult.Fallback && walk.Level >= PmdLevel) result = HugeFault(device, area, va, PmdOrder);
        }

        if (result == FaultResult.Fallback)
        {
            order = 0;
            result = HugeFault(device, area, va, 0);
        }

        if (result == FaultResult.SigBus && order < PudOrder && walk.Level >= PudLevel) KeepPmdTable(area, va);
        var size = new PageSize(order + Pfn.Shift);
        next = (va.Value & size.PageMask) + size.Bytes;
        return result;
    }

    private FaultResult HugeFault(VfioPciDevice device, Area area, Va va, int order)
    {
        _counters.MapCounts.HugeFaultCalls++;
        _counters.MmCounts.HandlerCalls++;
        return device.HugeFault(this, area, va, order);
    }

    private bool AllowsHuge(Area area)
    {
        if (area.Has(AreaFlags.NoHugePage) || area.IsCow) return false;
        if (!Profile.ThpGatesPfnmaps || ThpPolicy == ThpPolicy.Always) return true;
        return ThpPolicy == ThpPolicy.Madvise && area.Has(AreaFlags.HugePageAdvised);
    }

    /// <summary>Once 1 GiB is refused the PMD table is allocated, and it stays even when the fault fails further down.</summary>
    private void KeepPmdTable(Area area, Va va) => Keep(area, va, PageSize.Size2M);

    /// <summary>
    /// Makes the tables that a leaf of a size needs, and leaves them empty. The leaf stands for a moment and leads nowhere, so this is announced as a change: whoever reads without a
    /// lock does not keep what was read meanwhile.
    /// </summary>
    private void Keep(Area area, Va va, PageSize size)
    {
        var range = IovaRange.Of(new Iova(va.Value & size.PageMask), size.Bytes);
        Notify(range, () =>
        {
            if (Table.TryMap(range, new Pfn(0), area.Permissions, size).IsDone) Table.Unmap(range, keepTables: true);
        });
    }
}
