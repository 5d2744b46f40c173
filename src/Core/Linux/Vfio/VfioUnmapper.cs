using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The unmap half of type1: ask the IOMMU page by page what is mapped, unmap stretch by stretch, then give the pages back.</summary>
internal sealed class VfioUnmapper(AddressSpace mm, KernelCounters counters)
{
    private const int MaxRegions = 512;

    private readonly Region[] _regions = new Region[MaxRegions];
    private readonly bool _byRange = mm.Profile.Unpinning == Unpinning.ByRangeUnlessReserved;
    private readonly bool _wholeEntries = mm.Profile.ProbesFineGrainedSuperPages && IommuDomain.HasFineGrainedSuperPages;
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
                if (!domain.Table.Translate(iova).IsNone) counters.Bugs |= KnownBugs.PhysicalZeroIsNeverUnmapped;
                position += PageSize.Size4K.Bytes;
                continue;
            }

            var length = PageSize.Size4K.Bytes;
            if (!_wholeEntries) length = Extend(in dma, domain, position, physical);
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

    /// <summary>How far the translation goes on contiguously: one question per page.</summary>
    private ulong Extend(in VfioDma dma, IommuDomain domain, ulong position, ulong physical)
    {
        var start = dma.Iova + position;
        var most = dma.Bytes - position;
        var length = PageSize.Size4K.Bytes;
        while (length < most && domain.IovaToPhys(start + length) == physical + length)
        {
            mm.Resched.Step();
            length += PageSize.Size4K.Bytes;
        }

        return length;
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
