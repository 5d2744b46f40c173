using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    /// <summary>
    /// Maps what stands in a new domain (<c>vfio_iommu_replay</c>): frames come from the first domain, page by page, or are pinned now if there was none. On
    /// failure the new domain is empty and what was pinned for it is given back.
    /// </summary>
    private Errno Replay(IommuDomain domain)
    {
        if (_mappings.Count == 0) return Errno.None;
        _pinner.Begin();
        for (var index = 0; index < _mappings.Count; index++)
        {
            ref var dma = ref _mappings[index];
            var errno = IsFast ? ReplayFast(ref dma, domain) : dma.IsMapped ? Reread(in dma, domain) : PinAgain(ref dma, domain);
            if (errno == Errno.None) continue;
            if (IsFast) index--;
            for (; index >= 0; index--) Unwind(ref _mappings[index], domain);
            return errno;
        }

        for (var index = 0; index < _mappings.Count; index++) _mappings[index].IsMapped = true;
        return Errno.None;
    }

    private Errno ReplayFast(ref VfioDma dma, IommuDomain domain)
    {
        if (dma.IsMapped) return _fast.Copy(in dma, _domains[0], domain);
        var only = new VfioDomains(_mm, _counters);
        only.Add(domain);
        var bytes = dma.Bytes;
        var errno = _fast.Map(ref dma, bytes, only);
        dma.IsMapped = false;
        return errno;
    }

    private Errno Reread(in VfioDma dma, IommuDomain domain)
    {
        for (ulong position = 0; NextStretch(in dma, _domains[0], ref position, out var iova, out var first, out var pages);)
        {
            var errno = _domains.MapOne(domain, iova, first, pages, dma.Permissions);
            if (errno != Errno.None) return errno;
        }

        return Errno.None;
    }

    /// <summary>The next contiguous stretch of a mapping that a domain translates, asked for page by page; what it does not translate is passed over.</summary>
    private bool NextStretch(in VfioDma dma, IommuDomain domain, ref ulong position, out Iova iova, out Pfn first, out ulong pages)
    {
        for (; position < dma.Bytes; position += PageSize.Size4K.Bytes)
        {
            iova = dma.Iova + position;
            var physical = domain.IovaToPhys(iova);
            if (physical == 0) continue;
            var length = domain.ExtendContiguous(iova, physical, dma.Bytes - position, _mm.Resched);
            (first, pages) = (Pfn.Of(new PhysicalAddress(physical)), length >> Pfn.Shift);
            position += length;
            return true;
        }

        (iova, first, pages) = (default, default, 0);
        return false;
    }

    private Errno PinAgain(ref VfioDma dma, IommuDomain domain)
    {
        for (ulong position = 0; position < dma.Bytes;)
        {
            var pages = _pinner.PinPagesRemote(ref dma, dma.Va + position, (dma.Bytes - position) >> Pfn.Shift, out var first);
            if (pages < 0) return (Errno)(-pages);
            var errno = _domains.MapOne(domain, dma.Iova + position, first, (ulong)pages, dma.Permissions);
            if (errno != Errno.None)
            {
                _unpinner.Unpin(ref dma, dma.Iova + position, first, (ulong)pages, accounts: true);
                _pinner.End();
                return errno;
            }

            position += (ulong)pages << Pfn.Shift;
        }

        return Errno.None;
    }

    /// <summary>Takes a mapping out of a domain that is not attached yet; what was pinned for it alone is given back.</summary>
    private void Unwind(ref VfioDma dma, IommuDomain domain)
    {
        if (!dma.IsMapped && IsFast)
        {
            var only = new VfioDomains(_mm, _counters);
            only.Add(domain);
            GiveBackAllButExternal(ref dma, only);
        }
        else if (!dma.IsMapped)
        {
            GiveBackPinned(ref dma, domain);
        }
        else if (IsFast)
        {
            domain.UnmapRange(IovaRange.Of(dma.Iova, dma.Bytes));
        }
        else if (!domain.Translate(dma.Iova).IsNone)
        {
            domain.Unmap(dma.Iova, dma.Bytes);
        }
    }

    /// <summary>Stretch by stretch as far as it came: the pages that failed were never charged, and what others hold of them stays as it is.</summary>
    private void GiveBackPinned(ref VfioDma dma, IommuDomain domain)
    {
        for (ulong position = 0; NextStretch(in dma, domain, ref position, out var iova, out var first, out var pages);)
        {
            domain.Unmap(iova, pages << Pfn.Shift);
            _unpinner.Unpin(ref dma, iova, first, pages, accounts: true);
        }
    }

    /// <summary>The last domain goes while emulated devices stay (<c>vfio_iommu_unmap_unpin_reaccount</c>): only what they hold remains charged.</summary>
    private void UnmapAllKeepingExternal()
    {
        for (var index = 0; index < _mappings.Count; index++) GiveBackAllButExternal(ref _mappings[index], _domains);
    }

    private void GiveBackAllButExternal(ref VfioDma dma, VfioDomains domains)
    {
        var unlocked = IsFast ? _fast.Unmap(ref dma, domains) : _unmapper.UnmapUnpin(ref dma, domains, accounts: false);
        _accounting.Charge(ref dma, (dma.External?.Count ?? 0) - unlocked);
    }
}
