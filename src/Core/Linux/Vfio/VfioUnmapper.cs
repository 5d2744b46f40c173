using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The unmap half of type1: ask the IOMMU page by page, or entry by entry, what is mapped, unmap that, then give the pages back.</summary>
internal sealed class VfioUnmapper(AddressSpace mm, KernelCounters counters, VfioAccounting accounting, VfioUnpinner unpinner)
{
    private const int MaxRegions = 512;

    private readonly Region[] _regions = new Region[MaxRegions];
    private readonly bool _endWraps = mm.Profile.EndOfSpace == EndOfSpace.Exclusive;
    private int _pending;

    /// <summary>Unmaps all that a mapping covers, in every domain (<c>vfio_unmap_unpin</c>).</summary>
    /// <returns>Pages that were pinned and are no longer; they are uncharged when <paramref name="accounts"/> says so.</returns>
    public long UnmapUnpin(ref VfioDma dma, VfioDomains domains, bool accounts)
    {
        if (dma.Bytes == 0 || domains.Count == 0) return 0;
        for (var index = 1; index < domains.Count; index++) domains[index].Unmap(dma.Iova, dma.Bytes);
        var domain = domains[0];
        long unlocked = 0;
        ulong position = _endWraps && unchecked(dma.Iova.Value + dma.Bytes) == 0 ? dma.Bytes : 0;
        while (position < dma.Bytes)
        {
            mm.Resched.Step();
            var iova = dma.Iova + position;
            var physical = domain.IovaToPhys(iova);
            if (physical == 0)
            {
                if (!domain.Translate(iova).IsNone) counters.Bugs |= KnownBugs.PhysicalZeroIsNeverUnmapped;
                position += PageSize.Size4K.Bytes;
                continue;
            }

            var length = domain.UnmapsWholeEntries ? PageSize.Size4K.Bytes : domain.ExtendContiguous(iova, physical, dma.Bytes - position, mm.Resched);
            position += UnmapStretch(ref dma, domain, iova, Pfn.Of(new PhysicalAddress(physical)), length, ref unlocked);
        }

        dma.IsMapped = false;
        if (_pending > 0) unlocked += SyncUnpin(ref dma, domain);
        if (!accounts) return unlocked;
        accounting.Charge(ref dma, -unlocked);
        return 0;
    }

    /// <summary>The fast way collects stretches for one flush (<c>unmap_unpin_fast</c>); without memory for a record each is flushed on its own.</summary>
    private ulong UnmapStretch(ref VfioDma dma, IommuDomain domain, Iova iova, Pfn first, ulong length, ref long unlocked)
    {
        ulong unmapped = 0;
        if (!mm.Failures.Fails(FailurePoint.Region))
        {
            unmapped = domain.UnmapFast(iova, length);
            if (unmapped != 0) _regions[_pending++] = new Region(iova, first, unmapped >> Pfn.Shift);
            counters.Trace?.Step("iommu_unmap_fast", $"{iova} x {length >> Pfn.Shift} -> {unmapped >> Pfn.Shift} pages");
        }

        if (_pending == MaxRegions || unmapped == 0) unlocked += SyncUnpin(ref dma, domain);
        if (unmapped != 0) return unmapped;
        unmapped = domain.Unmap(iova, length);
        counters.Trace?.Step("iommu_unmap", $"{iova} x {length >> Pfn.Shift} -> {unmapped >> Pfn.Shift} pages");
        if (unmapped == 0) throw new InvalidOperationException($"nothing was unmapped at {iova}, where something is mapped");
        unlocked += unpinner.Unpin(ref dma, iova, first, unmapped >> Pfn.Shift, accounts: false);
        return unmapped;
    }

    /// <summary>No page is given back before the IOTLB has forgotten it (<c>vfio_sync_unpin</c>).</summary>
    private long SyncUnpin(ref VfioDma dma, IommuDomain domain)
    {
        domain.IotlbSync();
        counters.Trace?.Step("iommu_iotlb_sync", $"{_pending} stretches");
        long unlocked = 0;
        for (var i = 0; i < _pending; i++) unlocked += unpinner.Unpin(ref dma, _regions[i].Iova, _regions[i].First, _regions[i].Pages, accounts: false);
        _pending = 0;
        return unlocked;
    }

    /// <summary>What was unmapped and waits for the flush (<c>struct vfio_regions</c>).</summary>
    private readonly record struct Region(Iova Iova, Pfn First, ulong Pages);
}
