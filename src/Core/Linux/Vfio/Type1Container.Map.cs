using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    /// <summary>Maps virtual addresses for the device (<c>VFIO_IOMMU_MAP_DMA</c>, <c>vfio_dma_do_map</c>).</summary>
    /// <param name="iova">First device address.</param>
    /// <param name="va">First virtual address.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="permissions">Read, write or both.</param>
    public Errno MapDma(Iova iova, Va va, ulong bytes, Permissions permissions)
    {
        var errno = CheckMap(iova, va, bytes, permissions);
        if (errno != Errno.None) return errno;

        DmaAvailable--;
        var index = _mappings.Add(new VfioDma { Iova = iova, Va = va, Permissions = permissions });
        ref var dma = ref _mappings[index];
        if (_domain is null) dma.Bytes = bytes;
        else errno = _path == MapPath.Fast ? _fast.Map(ref dma, bytes, _domain) : _pinner.PinMapDma(ref dma, bytes, _domain);
        if (errno != Errno.None) RemoveDma(index);
        else if (_path == MapPath.Kernel && _profile.EndOfSpace == EndOfSpace.Exclusive && dma.Last.Value == ulong.MaxValue)
            _counters.Bugs |= KnownBugs.EndOfSpaceIsZero;
        return errno;
    }

    /// <summary>The checks in Linux's order. A wrap is found early where it is EOVERFLOW, late where it is EINVAL.</summary>
    private Errno CheckMap(Iova iova, Va va, ulong bytes, Permissions permissions)
    {
        if ((permissions & ~Permissions.ReadWrite) != 0) return Errno.EINVAL;
        var wraps = bytes != 0 && (Wraps(iova.Value, bytes) || Wraps(va.Value, bytes));
        if (_profile.WrapErrno == Errno.EOVERFLOW)
        {
            if (bytes == 0) return Errno.EINVAL;
            if (wraps) return Errno.EOVERFLOW;
        }

        if (permissions == Permissions.None) return Errno.EINVAL;
        if (bytes == 0 || ((bytes | iova.Value | va.Value) & _pageOffsetMask) != 0) return Errno.EINVAL;
        if (wraps) return _profile.WrapErrno;
        if (_mappings.Find(iova, bytes) >= 0) return Errno.EEXIST;
        if (DmaAvailable == 0) return Errno.ENOSPC;
        return IsInOneWindow(IovaRange.Of(iova, bytes)) ? Errno.None : Errno.EINVAL;
    }

    private static bool Wraps(ulong start, ulong bytes) => unchecked(start + (bytes - 1)) < start;

    private bool IsInOneWindow(IovaRange range)
    {
        foreach (var window in _windows)
        {
            if (window.Contains(range.Start) && window.Contains(range.Last)) return true;
        }

        return _windows.Count == 0;
    }
}
