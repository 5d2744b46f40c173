using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The map half of type1: find the frames behind a range, stretch by stretch, and hand each stretch to the IOMMU.</summary>
internal sealed class VfioPinner(AddressSpace mm, KernelCounters counters, VfioUnmapper unmapper)
{
    private readonly VfioBatch _batch = new();
    private readonly StructPages _structPages = mm.StructPages;
    private readonly bool _batchInside = mm.Profile.Has(VfioPatches.BatchInside);
    private readonly bool _zeroIsError = mm.Profile.Has(VfioPatches.ZeroPinIsError);
    private readonly bool _usesMask = mm.Profile.Has(VfioPatches.UseMask);

    /// <summary>Maps a range chunk by chunk (<c>vfio_pin_map_dma</c>). On failure the caller removes what <see cref="VfioDma.Bytes"/> says.</summary>
    public Errno PinMapDma(ref VfioDma dma, ulong bytes, IommuDomain domain)
    {
        _batch.Clear();
        while (dma.Bytes < bytes)
        {
            var pages = _batchInside
                ? PinPagesRemote(ref dma, dma.Va + dma.Bytes, (bytes - dma.Bytes) >> Pfn.Shift, out var first)
                : PinPagesRemoteOneByOne(ref dma, dma.Va + dma.Bytes, (bytes - dma.Bytes) >> Pfn.Shift, out first);
            if (pages < 0) return (Errno)(-pages);
            if (pages == 0) throw new InvalidOperationException("a chunk of no pages: Linux would report a short mapping as success here");
            counters.MapCounts.Chunks++;
            var errno = domain.Map(dma.Iova + dma.Bytes, first, (ulong)pages, dma.Permissions);
            if (errno != Errno.None)
            {
                unmapper.UnpinPagesRemote(in dma, first, (ulong)pages);
                return errno;
            }

            dma.Bytes += (ulong)pages << Pfn.Shift;
        }

        return Errno.None;
    }

    /// <summary>
    /// Finds the longest stretch of consecutive frames of one kind (<c>vfio_pin_pages_remote</c> since patch 3). A lookup that does not continue
    /// the stretch is thrown away and repeated by the next call.
    /// </summary>
    /// <returns>Pages, or a negative errno.</returns>
    private long PinPagesRemote(ref VfioDma dma, Va va, ulong wanted, out Pfn first)
    {
        first = default;
        ulong pinned = 0;
        var reserved = false;
        while (wanted > 0)
        {
            mm.Resched.Step();
            var pages = VaddrGetPfns(va, wanted, dma.Permissions, out var pfn);
            if (pages < 0) return pages;
            if (first.Value == 0) reserved = Begin(ref first, pfn, pinned);
            // An empty batch says "pfnmap". Page-backed areas would fill it, and their pages be counted here.
            if (pfn != first + pinned || !reserved) break;
            pinned += (ulong)pages;
            wanted -= (ulong)pages;
            va += (ulong)pages << Pfn.Shift;
        }

        dma.HasReserved |= reserved;
        return (long)pinned;
    }

    /// <summary>The same before patch 3: a frame of a pfnmap passes through the batch as if it were a page, one at a time.</summary>
    private long PinPagesRemoteOneByOne(ref VfioDma dma, Va va, ulong wanted, out Pfn first)
    {
        first = default;
        ulong pinned = 0;
        var reserved = false;
        while (wanted > 0)
        {
            mm.Resched.Step();
            var pages = VaddrGetPfns(va, Math.Min(wanted, VfioBatch.Capacity), dma.Permissions, out var pfn);
            if (pages < 0) return pages;
            _batch.Refill((int)pages);
            if (first.Value == 0) reserved = Begin(ref first, pfn, pinned);
            if (pfn != first + pinned || reserved != _structPages.IsInvalidReserved(pfn)) break;
            pinned++;
            wanted--;
            va += PageSize.Size4K.Bytes;
            _batch.Consume();
        }

        // The frame that did not fit is put back: for a pfnmap that is a test and nothing else.
        if (_batch is { Size: 1, Offset: 0 }) _batch.Clear();
        dma.HasReserved |= reserved;
        return (long)pinned;
    }

    /// <summary>The start of a stretch; and, because frame 0 looks like "none yet", sometimes a second start of the same.</summary>
    private bool Begin(ref Pfn first, Pfn pfn, ulong pinned)
    {
        if (pinned > 0) counters.Bugs |= KnownBugs.FrameZeroMeansUnset;
        first = pfn;
        return _structPages.IsInvalidReserved(pfn);
    }

    /// <summary>
    /// The frames behind an address (<c>vaddr_get_pfns</c>): pin, and when that fails look the address up in the pfnmap that may be there.
    /// </summary>
    /// <returns>Pages from <paramref name="pfn"/> on, or a negative errno.</returns>
    private long VaddrGetPfns(Va va, ulong wanted, Permissions permissions, out Pfn pfn)
    {
        counters.MapCounts.VaddrGetPfns++;
        pfn = default;
        var result = mm.PinUserPagesRemote(va);
        if (result == 0 && _zeroIsError) result = -(long)Errno.EFAULT;
        var area = mm.FindArea(va);
        if (area is null || (area.Flags & AreaFlags.Pfnmap) == 0) return result;

        var errno = FollowFaultPfn(area, va, (permissions & Permissions.Write) != 0, out var entry);
        if (errno != Errno.None) return -(long)errno;
        pfn = entry.Pfn;
        if (!_structPages.IsInvalidReserved(pfn)) return -(long)Errno.EFAULT;
        if (!_usesMask) return 1;
        // The end of the leaf is computed from the frame; a leaf's frames are aligned to its size, so it is that of the address too.
        var lastOfLeaf = pfn.Value | (~entry.PageMask >> Pfn.Shift);
        return (long)Math.Min(wanted, lastOfLeaf + 1 - pfn.Value);
    }

    /// <summary>
    /// One lookup, or a miss, a fault and a second lookup (<c>follow_fault_pfn</c>). vfio-pci's fault handler never drops the lock, so there is
    /// no third.
    /// </summary>
    private Errno FollowFaultPfn(Area area, Va va, bool write, out PfnmapEntry entry)
    {
        var errno = mm.FollowPfnmapStart(area, va, out entry);
        if (errno != Errno.None)
        {
            errno = mm.FixupUserFault(va, write);
            if (errno == Errno.None) errno = mm.FollowPfnmapStart(area, va, out entry);
            if (errno != Errno.None) return errno;
        }

        return write && !entry.IsWritable ? Errno.EFAULT : Errno.None;
    }
}
