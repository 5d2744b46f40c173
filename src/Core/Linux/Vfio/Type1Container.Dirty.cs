using System.Numerics;
using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    private const ulong MostDirtyPages = int.MaxValue;
    private const int BitsPerWord = 64;

    /// <summary>Whether written pages are noted (<c>dirty_page_tracking</c>).</summary>
    public bool IsTrackingDirty { get; private set; }

    private int PageShift => BitOperations.PopCount(_pageOffsetMask);

    /// <summary>Begins to note written pages (<c>VFIO_IOMMU_DIRTY_PAGES_FLAG_START</c>). On failure nothing is noted.</summary>
    public Errno StartDirtyTracking()
    {
        if (IsTrackingDirty) return Errno.None;
        for (var index = 0; index < _mappings.Count; index++)
        {
            var errno = AllocateDirty(ref _mappings[index]);
            if (errno == Errno.None) continue;
            while (--index >= 0) _mappings[index].Dirty = null;
            return errno;
        }

        IsTrackingDirty = true;
        return Errno.None;
    }

    /// <summary>Stops (<c>VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP</c>).</summary>
    public void StopDirtyTracking()
    {
        IsTrackingDirty = false;
        for (var index = 0; index < _mappings.Count; index++) _mappings[index].Dirty = null;
    }

    /// <summary>Reports the pages that were written since the last report, and begins anew (<c>VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP</c>).</summary>
    /// <param name="iova">First device address; no mapping may be cut.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="pageBytes">What a bit stands for: the smallest page of all domains.</param>
    /// <param name="bitmap">One bit per page.</param>
    public Errno GetDirtyBitmap(Iova iova, ulong bytes, ulong pageBytes, Span<ulong> bitmap)
    {
        if (_profile.WrapErrno == Errno.EOVERFLOW && bytes == 0) return Errno.EINVAL;
        if (bytes != 0 && Wraps(iova.Value, bytes)) return _profile.WrapErrno;
        var errno = CheckBitmap(bytes, pageBytes, bitmap);
        if (errno != Errno.None) return errno;
        if (pageBytes != _pageOffsetMask + 1 || ((iova.Value | bytes) & _pageOffsetMask) != 0 || !IsTrackingDirty || IsCut(iova, bytes)) return Errno.EINVAL;
        var found = _mappings.Find(iova, bytes);
        if (found < 0) return Errno.None;
        for (; found < _mappings.Count && _mappings[found].Iova.Value - iova.Value < bytes; found++)
        {
            ref var dma = ref _mappings[found];
            ReportDirty(in dma, iova, bitmap);
            Array.Clear(dma.Dirty!);
            PopulateDirty(in dma);
        }

        return Errno.None;
    }

    /// <summary>Checks a caller's bitmap (<c>verify_bitmap_size</c>).</summary>
    private static Errno CheckBitmap(ulong bytes, ulong pageBytes, ReadOnlySpan<ulong> bitmap)
    {
        if (!ulong.IsPow2(pageBytes)) return Errno.EINVAL;
        var pages = bytes >> BitOperations.TrailingZeroCount(pageBytes);
        return pages == 0 || pages > MostDirtyPages || (ulong)bitmap.Length < WordsFor(pages) ? Errno.EINVAL : Errno.None;
    }

    private static ulong WordsFor(ulong pages) => (pages + BitsPerWord - 1) / BitsPerWord;

    /// <summary>A word more than the pages need, to shift into (<c>vfio_dma_bitmap_alloc</c>).</summary>
    private Errno AllocateDirty(ref VfioDma dma)
    {
        var pages = dma.Bytes >> PageShift;
        if (pages > MostDirtyPages) return Errno.EINVAL;
        if (_mm.Failures.Fails(FailurePoint.Bitmap)) return Errno.ENOMEM;
        dma.Dirty = new ulong[WordsFor(pages) + 1];
        PopulateDirty(in dma);
        return Errno.None;
    }

    /// <summary>Pages that emulated devices hold can be written at any time (<c>vfio_dma_populate_bitmap</c>).</summary>
    private void PopulateDirty(in VfioDma dma)
    {
        if (dma.External is null) return;
        foreach (var iova in dma.External.Iovas) SetDirty(in dma, new Iova(iova));
    }

    private void SetDirty(in VfioDma dma, Iova iova)
    {
        var page = (iova.Value - dma.Iova.Value) >> PageShift;
        dma.Dirty![page / BitsPerWord] |= 1UL << (int)(page % BitsPerWord);
    }

    /// <summary>
    /// Writes one mapping's bits where they belong in the caller's bitmap (<c>update_user_bitmap</c>). Where the mapping does not begin at a word of it, the bits are
    /// shifted and joined with what the word holds already.
    /// </summary>
    private void ReportDirty(in VfioDma dma, Iova start, Span<ulong> bitmap)
    {
        var bits = dma.Bytes >> PageShift;
        var offset = (dma.Iova.Value - start.Value) >> PageShift;
        var isAllDirty = NonPinnedGroups > 0 && dma.IsMapped;
        if (IsFast)
        {
            DirtyBits.Report(dma.Dirty!, bits, offset, isAllDirty, bitmap);
            return;
        }

        var dirty = dma.Dirty!;
        if (isAllDirty) DirtyBits.Set(dirty, 0, bits);
        var shift = (int)(offset % BitsPerWord);
        if (shift != 0)
        {
            DirtyBits.ShiftLeft(dirty, shift);
            dirty[0] |= bitmap[(int)(offset / BitsPerWord)] & ((1UL << shift) - 1);
        }

        var words = WordsFor(bits + (ulong)shift);
        dirty.AsSpan(0, (int)words).CopyTo(bitmap[(int)(offset / BitsPerWord)..]);
    }
}
