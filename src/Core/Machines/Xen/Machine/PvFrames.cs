using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// Memory of a PV dom0: it sees its frames in an order of its own, scattered over the machine. They can be exchanged for contiguous ones (<c>XENMEM_exchange</c>), within the limit of
/// <c>memop-max-order</c> and as long as the heap has such blocks, or made contiguous for the device by a context of its own (PV-IOMMU).
/// </summary>
/// <param name="xen">The hypervisor.</param>
/// <param name="dom0">The domain; its IOMMU table is the identity map.</param>
/// <param name="frames">Its frames, as it sees them.</param>
/// <param name="context">The device's own context.</param>
/// <param name="contextRanges">Its addresses.</param>
/// <param name="counters">Where failures are counted.</param>
/// <param name="settings">How large an exchange may be, and whether the identity map holds dom0's frames only.</param>
internal sealed class PvFrames(
    XenHypervisor xen, XenDomain dom0, Pfn[] frames, TranslationTable context, FrameRanges contextRanges, BlobCounters counters, XenSettings settings)
{
    /// <summary>The device's own context.</summary>
    public TranslationTable Context => context;

    /// <summary>The identity map, where it holds dom0's frames only; otherwise <see langword="null"/>.</summary>
    public TranslationTable? StrictIdentity => settings.StrictIdentity ? dom0.Iommu : null;

    /// <summary>Machine frames of a stretch, as dom0 sees it.</summary>
    public FrameExtents ExtentsOf(Pfn pfn, ulong pages) => FrameExtents.Of(MachineBuilder.Runs(new ArraySegment<Pfn>(frames, (int)pfn.Value, (int)pages)));

    /// <summary>Exchanges the frames of a stretch for contiguous ones, in blocks as large as can be had.</summary>
    public IEnumerable<Wait> Exchange(Backing backing)
    {
        var at = 0UL;
        while (at < backing.Pages)
        {
            var order = Math.Min(settings.ExchangeOrder, System.Numerics.BitOperations.Log2(backing.Pages - at));
            Pfn block;
            while (!xen.Memory.TryTake(order, FrameOwner.Dom0, out block))
            {
                counters.OrderFailed(order);
                // A single frame for a single frame gains nothing.
                if (--order > 0) continue;
                backing.Extents = ExtentsOf(backing.First, backing.Pages);
                yield break;
            }

            var pages = 1UL << order;
            var iommu = new TableChange();
            for (var i = 0UL; i < pages; i++) GiveBack(frames[backing.First.Value + at + i], iommu);
            Put(backing.First + at, block, pages, iommu);
            backing.Exchanged.Add((backing.First + at, order));
            yield return new Wait(xen.Exchanged(dom0, backing.First + at, block, pages, iommu).End);
            at += pages;
        }

        backing.Extents = ExtentsOf(backing.First, backing.Pages);
    }

    /// <summary>Gives contiguous blocks back for single frames, as Linux does when a driver frees such memory.</summary>
    public IEnumerable<Wait> Return(Backing backing)
    {
        foreach (var (first, order) in backing.Exchanged)
        {
            var iommu = new TableChange();
            var pages = 1UL << order;
            var block = frames[first.Value];
            var singles = new Pfn[pages];
            for (var i = 0UL; i < pages; i++)
            {
                if (xen.Memory.TryTake(0, FrameOwner.Dom0, out singles[i])) continue;
                foreach (var taken in singles.AsSpan(0, (int)i)) xen.Memory.Give(taken, 1);
                yield break;
            }

            if (settings.StrictIdentity) dom0.Iommu!.Remove(block, pages, PageSize.Size1G, iommu);
            xen.Memory.Give(block, pages);
            for (var i = 0UL; i < pages; i++) Put(first + i, singles[i], 1, iommu);
            yield return new Wait(xen.Exchanged(dom0, first, block, pages, iommu).End);
        }

        backing.Exchanged.Clear();
    }

    /// <summary>Maps a stretch into the device's context.</summary>
    public IEnumerable<Wait> MapForDevice(Backing backing)
    {
        if (!contextRanges.TryTake(backing.Pages, 1, new Pfn(0), out var address)) yield break;
        backing.Context = address;
        var most = xen.Costs.EntriesPerCall(P2mType.Lent);
        for (var at = 0UL; at < backing.Pages;)
        {
            var iommu = new TableChange();
            var from = at;
            for (var left = most; left > 0 && at < backing.Pages; left--)
            {
                var extent = backing.Extents.From(at);
                // Without superpages in the interface an entry is 4 KiB, however long the stretch is.
                context.Set(address + at, extent.Mfn, 1, Permissions.ReadWrite, PageSize.Size4K, iommu);
                at++;
            }

            yield return new Wait(xen.DeviceMapped(dom0, address + from, at - from, from > 0, iommu).End);
        }
    }

    /// <summary>Takes a stretch out of the device's context.</summary>
    public IEnumerable<Wait> UnmapForDevice(Backing backing)
    {
        if (backing.Context is not { } address) yield break;
        var most = (ulong)xen.Costs.EntriesPerCall(P2mType.Lent);
        for (var at = 0UL; at < backing.Pages; at += most)
        {
            var iommu = new TableChange();
            var pages = Math.Min(most, backing.Pages - at);
            if (!xen.Defects.HasFlag(XenDefects.ForgetsDeviceContext)) context.Remove(address + at, pages, PageSize.Size4K, iommu);
            yield return new Wait(xen.DeviceMapped(dom0, address + at, pages, at > 0, iommu).End);
        }

        contextRanges.Give(address, backing.Pages);
        backing.Context = null;
    }

    private void GiveBack(Pfn frame, TableChange iommu)
    {
        if (settings.StrictIdentity && !xen.Defects.HasFlag(XenDefects.ForgetsIommu)) dom0.Iommu!.Remove(frame, 1, PageSize.Size4K, iommu);
        xen.Memory.Give(frame, 1);
    }

    private void Put(Pfn pfn, Pfn mfn, ulong pages, TableChange iommu)
    {
        if (settings.StrictIdentity) dom0.Iommu!.Set(mfn, mfn, pages, Permissions.ReadWrite, PageSize.Size1G, iommu);
        for (var i = 0UL; i < pages; i++) frames[pfn.Value + i] = mfn + i;
    }
}
