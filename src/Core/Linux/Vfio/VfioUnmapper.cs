using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The unmap half of type1: ask the IOMMU page by page, or entry by entry, what is mapped, unmap that, then give the pages back.</summary>
internal sealed class VfioUnmapper(AddressSpace mm, KernelCounters counters)
{
    private const int MaxRegions = 512;

    private readonly Region[] _regions = new Region[MaxRegions];
    private readonly bool _byRange = mm.Profile.Unpinning == Unpinning.ByRangeUnlessReserved;
    private readonly bool _endWraps = mm.Profile.EndOfSpace == EndOfSpace.Exclusive;
    private int _pending;

    /// <summary>Unmaps all that a mapping covers (<c>vfio_unmap_unpin</c>).</summary>
    public void UnmapUnpin(in VfioDma dma, IommuDomain domain)
    {
        if (_endWraps && unchecked(dma.Iova.Value + dma.Bytes) == 0) return;
        ulong position = 0;
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
            var unmapped = domain.UnmapFast(iova, length);
            if (unmapped == 0) throw new InvalidOperationException($"nothing was unmapped at {iova}, where something is mapped");
            _regions[_pending++] = new Region(Pfn.Of(new PhysicalAddress(physical)), unmapped >> Pfn.Shift);
            if (_pending == MaxRegions) SyncUnpin(in dma, domain);
            position += unmapped;
        }

        if (_pending > 0) SyncUnpin(in dma, domain);
    }

    /// <summary>Gives pages back (<c>vfio_unpin_pages_remote</c>).</summary>
    public void UnpinPagesRemote(in VfioDma dma, Pfn first, ulong pages)
    {
        if (_byRange && !dma.HasReserved)
        {
            counters.UnmapCounts.Unpins += (long)pages;
            return;
        }

        var structPages = mm.StructPages;
        for (ulong page = 0; page < pages; page++)
        {
            // put_pfn
            counters.UnmapCounts.ReservedTests++;
            if (!structPages.IsInvalidReserved(first + page)) counters.UnmapCounts.Unpins++;
        }
    }

    /// <summary>No page is given back before the IOTLB has forgotten it (<c>vfio_sync_unpin</c>).</summary>
    private void SyncUnpin(in VfioDma dma, IommuDomain domain)
    {
        domain.IotlbSync();
        for (var i = 0; i < _pending; i++) UnpinPagesRemote(in dma, _regions[i].First, _regions[i].Pages);
        _pending = 0;
    }

    /// <summary>What was unmapped and waits for the flush (<c>struct vfio_regions</c>).</summary>
    private readonly record struct Region(Pfn First, ulong Pages);
}
