using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// The other way to do the same: read the CPU's table as runs, write the IOMMU's with the largest leaves, unmap by leaves. A BAR that is mapped whole goes to one domain from table
/// to table in one loop; what is missing, pages that must be pinned, and several domains take each run in hand once.
/// </summary>
internal sealed class FastDma(AddressSpace mm, KernelCounters counters, VfioAccounting accounting, VfioUnpinner unpinner)
{
    private const int RunsPerRead = 64;

    private readonly FastRuns _runs = new(mm, counters, accounting, unpinner);

    /// <summary>Maps a range in every domain. A failure leaves nothing behind.</summary>
    public Errno Map(ref VfioDma dma, ulong bytes, VfioDomains domains)
    {
        var write = (dma.Permissions & Permissions.Write) != 0;
        var refusedAt = FindRefused(dma.Va, bytes, write, out var isWholeBar);
        // Linux charges what it gathered before it meets what it cannot have.
        if (refusedAt is { } refused) return IsOverLimit(in dma, refused) ? Errno.ENOMEM : Errno.EFAULT;
        for (var index = 0; index < domains.Count; index++)
        {
            if (!domains[index].Geometry.Aperture.Contains(dma.Iova + (bytes - 1))) return Errno.ERANGE;
        }

        var isFused = isWholeBar && domains.Count == 1 && mm.Failures.IsEmpty;
        var errno = isFused ? MapFused(ref dma, bytes, domains, write) : _runs.Map(ref dma, bytes, domains, write);
        if (errno != Errno.None) return errno;
        dma.Bytes = bytes;
        dma.IsMapped = true;
        return Errno.None;
    }

    /// <summary>
    /// Unmaps all that a mapping covers, in every domain: no question per page, one look at each leaf, physical 0 is an address like any other. Pages that were pinned go back
    /// only after the flush; their frames are told by the leaves on their way out.
    /// </summary>
    /// <returns>Pages that were pinned and are no longer.</returns>
    public long Unmap(ref VfioDma dma, VfioDomains domains)
    {
        if (dma.Bytes == 0 || domains.Count == 0) return 0;
        var range = IovaRange.Of(dma.Iova, dma.Bytes);
        for (var index = domains.Count - 1; index >= (dma.HasPinned ? 1 : 0); index--) counters.UnmapCounts.LeavesVisited += (long)domains[index].UnmapRange(range);
        var unlocked = dma.HasPinned ? _runs.TakeOut(range, domains[0]) : 0;
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

    /// <summary>Whether the process itself may do what a device shall be allowed: asked of areas, as when the mapping was made.</summary>
    public Errno CheckAccess(in VfioDma dma, Permissions permissions)
    {
        var added = permissions & ~dma.Permissions;
        return dma.IsMapped && added != 0 && FindRefused(dma.Va, dma.Bytes, (added & Permissions.Write) != 0, out _) is not null ? Errno.EFAULT : Errno.None;
    }

    /// <summary>Changes what devices may do with a mapping in every domain; when one refuses, those before it are as they were.</summary>
    public Errno Protect(in VfioDma dma, Permissions permissions, VfioDomains domains)
    {
        if (!dma.IsMapped) return Errno.None;
        var range = IovaRange.Of(dma.Iova, dma.Bytes);
        for (var index = 0; index < domains.Count; index++)
        {
            var errno = domains[index].ProtectRange(range, permissions, out var leaves);
            counters.DomainCounts.LeavesProtected += leaves;
            if (errno == Errno.None) continue;
            while (--index >= 0) domains[index].ProtectRange(range, dma.Permissions, out _);
            return errno;
        }

        return Errno.None;
    }

    /// <summary>Notes what devices wrote through any domain.</summary>
    public void Harvest(in VfioDma dma, bool clear, in DirtyReport report, VfioDomains domains)
    {
        if (!dma.IsMapped) return;
        var range = IovaRange.Of(dma.Iova, dma.Bytes);
        for (var index = 0; index < domains.Count; index++) counters.DomainCounts.LeavesHarvested += domains[index].HarvestDirty(range, clear, report);
    }

    /// <summary>From table to table in one loop; what is missing after all makes it begin anew by runs.</summary>
    private Errno MapFused(ref VfioDma dma, ulong bytes, VfioDomains domains, bool write)
    {
        var report = Pin(in dma, bytes, domains[0]);
        if (report.Status == PinStatus.Done)
        {
            dma.HasReserved = true;
            return Errno.None;
        }

        if (report.Pages != 0) domains[0].UnmapRange(IovaRange.Of(dma.Iova, report.Pages << Pfn.Shift));
        return report.Status switch
        {
            PinStatus.Hole => _runs.Map(ref dma, bytes, domains, write),
            PinStatus.MapFailed => IommuDomain.ErrnoOf(report.Map),
            _ => Errno.EFAULT,
        };
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

    /// <summary>
    /// What type1 finds out page by page, asked once per area: something there, access allowed, raw frames reserved throughout.
    /// </summary>
    /// <param name="va">First byte.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="write">Whether the device writes.</param>
    /// <param name="isWholeBar">Whether nothing but raw frames is there and all of them are mapped: then nothing can go wrong on the way.</param>
    /// <returns>The first page of an area that cannot be had, or <see langword="null"/>.</returns>
    private Va? FindRefused(Va va, ulong bytes, bool write, out bool isWholeBar)
    {
        isWholeBar = true;
        if (mm.Failures.FirstPoisoned(va, bytes >> Pfn.Shift) is { } poisoned) return poisoned;
        var last = va + (bytes - 1);
        while (true)
        {
            var area = mm.FindArea(va);
            if (area is null || (area.Ram is null && !area.Has(AreaFlags.Pfnmap))) return va;
            isWholeBar &= area is { Ram: null, IsWhole: true };
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
