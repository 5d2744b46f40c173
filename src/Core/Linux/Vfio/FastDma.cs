using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// The other way to do the same: read the CPU's table as runs, write the IOMMU's with the largest leaves, unmap by leaves. A BAR for one domain goes from table
/// to table in one loop; pages that must be pinned, and several domains, take each run in hand once.
/// </summary>
internal sealed class FastDma(AddressSpace mm, KernelCounters counters, VfioAccounting accounting, VfioUnpinner unpinner)
{
    private const int RunsPerRead = 64;

    private readonly FastRuns _runs = new(mm, counters, accounting, unpinner);

    /// <summary>Maps a range in every domain. A failure leaves nothing behind.</summary>
    public Errno Map(ref VfioDma dma, ulong bytes, VfioDomains domains)
    {
        var write = (dma.Permissions & Permissions.Write) != 0;
        var refusedAt = FindRefused(dma.Va, bytes, write, out var isRam);
        // Linux charges what it gathered before it meets what it cannot have.
        if (refusedAt is { } refused) return IsOverLimit(in dma, refused) ? Errno.ENOMEM : Errno.EFAULT;
        for (var index = 0; index < domains.Count; index++)
        {
            if (!domains[index].Geometry.Aperture.Contains(dma.Iova + (bytes - 1))) return Errno.ERANGE;
        }

        var isFused = !isRam && domains.Count == 1 && mm.Failures.IsEmpty;
        var errno = isFused ? MapFused(ref dma, bytes, domains[0], write) : _runs.Map(ref dma, bytes, domains, write);
        if (errno != Errno.None) return errno;
        dma.Bytes = bytes;
        dma.IsMapped = true;
        return Errno.None;
    }

    /// <summary>Unmaps all that a mapping covers, in every domain: no question per page, physical 0 is an address like any other.</summary>
    /// <returns>Pages that were pinned and are no longer.</returns>
    public long Unmap(ref VfioDma dma, VfioDomains domains)
    {
        if (dma.Bytes == 0) return 0;
        var range = IovaRange.Of(dma.Iova, dma.Bytes);
        long unlocked = 0;
        for (var index = domains.Count - 1; index > 0; index--) counters.UnmapCounts.LeavesVisited += (long)domains[index].UnmapRange(range);
        if (dma.HasPinned) unlocked = UnmapPinned(ref dma, domains[0]);
        else counters.UnmapCounts.LeavesVisited += (long)domains[0].UnmapRange(range);
        dma.IsMapped = false;
        return unlocked;
    }

    /// <summary>Copies what one domain translates to a new one (<c>vfio_iommu_replay</c>).</summary>
    public Errno Copy(in VfioDma dma, IommuDomain from, IommuDomain to)
    {
        Span<Run> runs = stackalloc Run[RunsPerRead];
        var cursor = new RunCursor(IovaRange.Of(dma.Iova, dma.Bytes));
        ulong done = 0;
        while (!cursor.IsAtEnd)
        {
            var count = from.ReadRuns(ref cursor, runs);
            foreach (ref readonly var run in runs[..count])
            {
                var errno = to.MapRun(run.Start, run.Pfn, run.Pages, dma.Permissions);
                if (errno != Errno.None)
                {
                    if (done != 0) to.UnmapRange(IovaRange.Of(dma.Iova, done));
                    return errno;
                }

                done = run.Last.Value - dma.Iova.Value + 1;
            }
        }

        counters.MapCounts.LeavesVisited += (long)cursor.LeavesRead.Total;
        return Errno.None;
    }

    private Errno MapFused(ref VfioDma dma, ulong bytes, IommuDomain domain, bool write)
    {
        var report = Pin(in dma, bytes, domain);
        if (report.Status == PinStatus.Hole)
        {
            // Fill the rest first and write it in one go: what is written up to a hole has smaller leaves than what could be written across it.
            TakeBack(in dma, report, domain);
            var done = report.Pages << Pfn.Shift;
            var errno = mm.Populate(dma.Va + done, bytes - done, write, out var found);
            counters.MapCounts.LeavesVisited += found;
            if (errno != Errno.None) return errno;
            report = Pin(in dma, bytes, domain);
        }

        if (report.Status == PinStatus.Done)
        {
            dma.HasReserved = true;
            return Errno.None;
        }

        TakeBack(in dma, report, domain);
        return report.Status == PinStatus.MapFailed ? IommuDomain.ErrnoOf(report.Map) : Errno.EFAULT;
    }

    /// <summary>Pages go back only after the flush: read what stands, remove it, flush, give back; a few runs at a time.</summary>
    private long UnmapPinned(ref VfioDma dma, IommuDomain domain)
    {
        Span<Run> runs = stackalloc Run[RunsPerRead];
        var cursor = new RunCursor(IovaRange.Of(dma.Iova, dma.Bytes));
        long unlocked = 0;
        while (!cursor.IsAtEnd)
        {
            var count = domain.ReadRuns(ref cursor, runs);
            if (count == 0) break;
            counters.UnmapCounts.LeavesVisited += (long)domain.UnmapRange(IovaRange.Inclusive(runs[0].Start, runs[count - 1].Last));
            domain.IotlbSync();
            foreach (ref readonly var run in runs[..count]) unlocked += (long)_runs.Release(run.Pfn, run.Pages);
        }

        return unlocked;
    }

    private PinReport Pin(in VfioDma dma, ulong bytes, IommuDomain domain)
    {
        mm.Resched.Look();
        var source = IovaRange.Of(dma.Va.AsTableInput, bytes);
        var report = domain.Pin(mm.Table, source, dma.Iova, dma.Permissions);
        counters.MapCounts.LeavesVisited += (long)report.LeavesRead.Total;
        counters.Trace?.Step("pin", $"{dma.Va} x {bytes >> Pfn.Shift} to {dma.Iova} -> {report.Status}, {report.Pages} pages in {report.Runs} runs");
        return report;
    }

    private static void TakeBack(in VfioDma dma, in PinReport report, IommuDomain domain)
    {
        if (report.Pages != 0) domain.UnmapRange(IovaRange.Of(dma.Iova, report.Pages << Pfn.Shift));
    }

    /// <summary>
    /// What type1 finds out page by page, asked once per area: something there, access allowed, raw frames reserved throughout.
    /// </summary>
    /// <returns>The first page of an area that cannot be had, or <see langword="null"/>.</returns>
    private Va? FindRefused(Va va, ulong bytes, bool write, out bool isRam)
    {
        isRam = false;
        if (mm.Failures.FirstPoisoned(va, bytes >> Pfn.Shift) is { } poisoned) return poisoned;
        var last = va + (bytes - 1);
        while (true)
        {
            var area = mm.FindArea(va);
            if (area is null || (area.Ram is null && !area.Has(AreaFlags.Pfnmap))) return va;
            isRam |= area.Ram is not null;
            if (write && (area.Permissions & Permissions.Write) == 0) return va;
            if (area.Ram is not null && !write && !area.Has(AreaFlags.Read)) return va;
            var end = area.Last < last ? area.Last : last;
            if (area.Ram is null && !mm.StructPages.AreInvalidReserved(area.PfnOf(va), ((end.Value - va.Value) >> Pfn.Shift) + 1)) return va;
            if (end == last) return null;
            va = end + 1;
        }
    }

    /// <summary>Whether the normal pages before an address are more than may be locked.</summary>
    private bool IsOverLimit(in VfioDma dma, Va end)
    {
        if (dma.IgnoresLimit) return false;
        ulong normal = 0;
        for (var va = dma.Va; va < end && mm.FindArea(va) is { } area; va += PageSize.Size4K.Bytes)
            normal += area.Ram is not null && !mm.StructPages.IsInvalidReserved(area.PfnOf(va)) ? 1UL : 0;
        normal -= (ulong)dma.ExternalIn(dma.Iova, (end.Value - dma.Va.Value) >> Pfn.Shift);
        return normal > 0 && mm.Locked.Pages + normal > mm.Locked.LimitPages;
    }
}
