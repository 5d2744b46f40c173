using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The other way to do the same: read the CPU's table as runs, write the IOMMU's with the largest leaves, unmap by leaves.</summary>
internal sealed class FastDma(AddressSpace mm, KernelCounters counters)
{
    /// <summary>Maps a range. A failure leaves nothing behind.</summary>
    public Errno Map(ref VfioDma dma, ulong bytes, IommuDomain domain)
    {
        var write = (dma.Permissions & Permissions.Write) != 0;
        var errno = CheckAreas(dma.Va, bytes, write);
        if (errno != Errno.None) return errno;
        if (!domain.Geometry.Aperture.Contains(dma.Iova + (bytes - 1))) return Errno.ERANGE;

        var report = Pin(in dma, bytes, domain);
        if (report.Status == PinStatus.Hole)
        {
            // Fill the rest first and write it in one go: what is written up to a hole has smaller leaves than what could be written across it.
            TakeBack(in dma, report, domain);
            var done = report.Pages << Pfn.Shift;
            errno = mm.Populate(dma.Va + done, bytes - done, write, out var found);
            counters.MapCounts.LeavesVisited += found;
            if (errno != Errno.None) return errno;
            report = Pin(in dma, bytes, domain);
        }

        errno = report.Status switch
        {
            PinStatus.Done => Errno.None,
            PinStatus.MapFailed => IommuDomain.ErrnoOf(report.Map),
            _ => Errno.EFAULT,
        };
        if (errno != Errno.None)
        {
            TakeBack(in dma, report, domain);
            return errno;
        }

        dma.Bytes = bytes;
        return Errno.None;
    }

    /// <summary>Unmaps all that a mapping covers: no question per page, physical 0 is an address like any other.</summary>
    public void Unmap(in VfioDma dma, IommuDomain domain)
    {
        if (dma.Bytes == 0) return;
        counters.UnmapCounts.LeavesVisited += (long)domain.UnmapRange(IovaRange.Of(dma.Iova, dma.Bytes));
    }

    private PinReport Pin(in VfioDma dma, ulong bytes, IommuDomain domain)
    {
        mm.Resched.Look();
        var source = IovaRange.Of(dma.Va.AsTableInput, bytes);
        var report = domain.Pin(mm.Table, source, dma.Iova, dma.Permissions);
        counters.MapCounts.LeavesVisited += (long)report.LeavesRead.Total;
        return report;
    }

    private static void TakeBack(in VfioDma dma, in PinReport report, IommuDomain domain)
    {
        if (report.Pages != 0) domain.UnmapRange(IovaRange.Of(dma.Iova, report.Pages << Pfn.Shift));
    }

    /// <summary>What type1 finds out page by page, asked once per area: raw frames throughout, reserved ones, access allowed.</summary>
    private Errno CheckAreas(Va va, ulong bytes, bool write)
    {
        var last = va + (bytes - 1);
        while (true)
        {
            var area = mm.FindArea(va);
            if (area is null || !area.Has(AreaFlags.Pfnmap)) return Errno.EFAULT;
            if (write && !area.Has(AreaFlags.Write | AreaFlags.Shared)) return Errno.EFAULT;
            var end = area.Last < last ? area.Last : last;
            if (!mm.StructPages.AreInvalidReserved(area.PfnOf(va), ((end.Value - va.Value) >> Pfn.Shift) + 1)) return Errno.EFAULT;
            if (end == last) return Errno.None;
            va = end + 1;
        }
    }
}
