using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    private const int MostNotifications = 10;

    /// <summary>Mappings whose virtual address was withdrawn (<c>vaddr_invalid_count</c>).</summary>
    public int VaInvalidCount { get; private set; }

    /// <summary>Removes the mappings inside a range (<c>VFIO_IOMMU_UNMAP_DMA</c>). None may be cut; holes are fine.</summary>
    /// <param name="iova">First device address.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="unmapped">Bytes that were removed; 0 after an error.</param>
    public Errno UnmapDma(Iova iova, ulong bytes, out ulong unmapped) => UnmapDma(iova, bytes, UnmapDmaFlags.None, out unmapped);

    /// <summary>The same with the ioctl's own flags.</summary>
    public Errno UnmapDma(Iova iova, ulong bytes, UnmapDmaFlags flags, out ulong unmapped) => UnmapDma(iova, bytes, flags, 0, default, out unmapped);

    /// <summary>The same, and reports the pages that were written.</summary>
    /// <param name="iova">First device address.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="flags">Flags.</param>
    /// <param name="pageBytes">With <see cref="UnmapDmaFlags.GetDirtyBitmap"/>: what a bit stands for; the smallest page of all domains.</param>
    /// <param name="bitmap">With that: one bit per page of the range. Bits are set, none is cleared outside of what mappings cover.</param>
    /// <param name="unmapped">Bytes that were removed; 0 after an error.</param>
    public Errno UnmapDma(Iova iova, ulong bytes, UnmapDmaFlags flags, ulong pageBytes, Span<ulong> bitmap, out ulong unmapped)
    {
        unmapped = 0;
        if ((flags & ~(UnmapDmaFlags.GetDirtyBitmap | UnmapDmaFlags.All | UnmapDmaFlags.Vaddr)) != 0) return Errno.EINVAL;
        if ((flags & UnmapDmaFlags.GetDirtyBitmap) != 0)
        {
            if (flags != UnmapDmaFlags.GetDirtyBitmap) return Errno.EINVAL;
            var errno = CheckBitmap(bytes, pageBytes, bitmap);
            if (errno != Errno.None) return errno;
        }

        _counters.Locks?.Take(ModelledLock.Container);
        var result = DoUnmap(iova, bytes, flags, pageBytes, bitmap, out unmapped);
        _counters.Locks?.Release(ModelledLock.Container);
        _counters.Trace?.Step("VFIO_IOMMU_UNMAP_DMA", $"{iova} x {bytes >> Pfn.Shift} -> {result}, {unmapped >> Pfn.Shift} pages");
        return result;
    }

    private Errno DoUnmap(Iova iova, ulong bytes, UnmapDmaFlags flags, ulong pageBytes, Span<ulong> bitmap, out ulong unmapped)
    {
        unmapped = 0;
        var (isAll, isVa) = ((flags & UnmapDmaFlags.All) != 0, (flags & UnmapDmaFlags.Vaddr) != 0);
        if (isVa && _emulated.Count > 0) return Errno.EBUSY;
        if ((iova.Value & _pageOffsetMask) != 0) return Errno.EINVAL;
        if (isAll)
        {
            if (iova.Value != 0 || bytes != 0) return Errno.EINVAL;
            bytes = ulong.MaxValue;
        }
        else
        {
            if (bytes == 0 || (bytes & _pageOffsetMask) != 0) return Errno.EINVAL;
            if (Wraps(iova.Value, bytes)) return _profile.WrapErrno;
        }

        if ((flags & UnmapDmaFlags.GetDirtyBitmap) != 0 && (!IsTrackingDirty || pageBytes != _pageOffsetMask + 1)) return Errno.EINVAL;
        if (!IsV1 && !isAll && IsCut(iova, bytes)) return Errno.EINVAL;
        return isVa ? WithdrawVas(iova, bytes, out unmapped) : RemoveAll(iova, bytes, bitmap, out unmapped);
    }

    /// <summary>Whether the first or the last byte lies inside a mapping that goes on outside of the range.</summary>
    private bool IsCut(Iova iova, ulong bytes)
    {
        var at = _mappings.Find(iova, 1);
        if (at >= 0 && _mappings[at].Iova != iova) return true;
        var last = new Iova(iova.Value + (bytes - 1));
        at = _mappings.Find(last, 1);
        return at >= 0 && _mappings[at].Last != last;
    }

    private Errno RemoveAll(Iova iova, ulong bytes, Span<ulong> bitmap, out ulong unmapped)
    {
        unmapped = 0;
        for (var index = _mappings.Find(iova, bytes); index >= 0; index = _mappings.Find(iova, bytes))
        {
            ref var dma = ref _mappings[index];
            // The first version removes nothing that starts before the range, and all of what starts inside.
            if (IsV1 && iova > dma.Iova) break;
            AskToRelease(in dma);
            if (!bitmap.IsEmpty) ReportDirty(in dma, iova, bitmap);
            unmapped += dma.Bytes;
            RemoveDma(index);
        }

        return Errno.None;
    }

    /// <summary>Marks mappings instead of removing them; one that is marked already takes all marks of this call back.</summary>
    private Errno WithdrawVas(Iova iova, ulong bytes, out ulong marked)
    {
        marked = 0;
        var first = _mappings.Find(iova, bytes);
        if (first < 0) return Errno.None;
        for (var index = first; index < _mappings.Count && _mappings[index].Iova.Value - iova.Value < bytes; index++)
        {
            ref var dma = ref _mappings[index];
            if (dma.IsVaInvalid)
            {
                while (--index >= first) (_mappings[index].IsVaInvalid, VaInvalidCount) = (false, VaInvalidCount - 1);
                marked = 0;
                return Errno.EINVAL;
            }

            (dma.IsVaInvalid, VaInvalidCount) = (true, VaInvalidCount + 1);
            marked += dma.Bytes;
        }

        return Errno.None;
    }

    /// <summary>Takes a mapping down as far as it came (<c>vfio_remove_dma</c>).</summary>
    private void RemoveDma(int index)
    {
        ref var dma = ref _mappings[index];
        if (_domains.Count > 0 && IsFast) _accounting.Charge(ref dma, -_fast.Unmap(ref dma, _domains));
        else if (_domains.Count > 0) _unmapper.UnmapUnpin(ref dma, _domains, accounts: true);
        if (dma.IsVaInvalid) VaInvalidCount--;
        _mappings.RemoveAt(index);
        DmaAvailable++;
    }
}
