using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    private const MapDmaFlags ReadWriteFlags = MapDmaFlags.Read | MapDmaFlags.Write;

    /// <summary>Maps virtual addresses for the devices (<c>VFIO_IOMMU_MAP_DMA</c>).</summary>
    /// <param name="iova">First device address.</param>
    /// <param name="va">First virtual address.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="permissions">Read, write or both.</param>
    public Errno MapDma(Iova iova, Va va, ulong bytes, Permissions permissions)
    {
        if ((permissions & ~Permissions.ReadWrite) != 0) return Errno.EINVAL;
        var flags = MapDmaFlags.None;
        if ((permissions & Permissions.Read) != 0) flags |= MapDmaFlags.Read;
        if ((permissions & Permissions.Write) != 0) flags |= MapDmaFlags.Write;
        return MapDma(iova, va, bytes, flags);
    }

    /// <summary>The same with the ioctl's own flags (<c>vfio_dma_do_map</c>).</summary>
    public Errno MapDma(Iova iova, Va va, ulong bytes, MapDmaFlags flags)
    {
        _counters.Locks?.Take(ModelledLock.Container);
        var errno = DoMap(iova, va, bytes, flags);
        _counters.Locks?.Release(ModelledLock.Container);
        _counters.Trace?.Step("VFIO_IOMMU_MAP_DMA", $"{iova} to {va} x {bytes >> Pfn.Shift} -> {errno}");
        return errno;
    }

    private Errno DoMap(Iova iova, Va va, ulong bytes, MapDmaFlags flags)
    {
        var errno = CheckMap(iova, va, bytes, flags);
        if (errno != Errno.None) return errno;
        var found = _mappings.Find(iova, bytes);
        if ((flags & MapDmaFlags.Vaddr) != 0) return GiveVa(found, iova, va, bytes);
        if (found >= 0) return Errno.EEXIST;
        if (DmaAvailable == 0) return Errno.ENOSPC;
        if (!IsInOneWindow(IovaRange.Of(iova, bytes))) return Errno.EINVAL;
        if (_mm.Failures.Fails(FailurePoint.Dma)) return Errno.ENOMEM;

        DmaAvailable--;
        var permissions = (flags & MapDmaFlags.Read) != 0 ? Permissions.Read : Permissions.None;
        if ((flags & MapDmaFlags.Write) != 0) permissions |= Permissions.Write;
        var index = _mappings.Add(new VfioDma { Iova = iova, Va = va, Permissions = permissions, IgnoresLimit = _mm.Locked.HasIpcLock });
        ref var dma = ref _mappings[index];
        _mm.Failures.BeginRequest(va);
        if (_domains.Count == 0) dma.Bytes = bytes;
        else errno = IsFast ? _fast.Map(ref dma, bytes, _domains) : _pinner.PinMapDma(ref dma, bytes, _domains);
        if (errno == Errno.None && IsTrackingDirty) errno = AllocateDirty(ref dma);
        if (errno != Errno.None) RemoveDma(index);
        else if (!IsFast && _profile.EndOfSpace == EndOfSpace.Exclusive && dma.Last.Value == ulong.MaxValue) _counters.Bugs |= KnownBugs.EndOfSpaceIsZero;
        return errno;
    }

    /// <summary>The checks of the arguments alone, in Linux's order. A wrap is found early where it is EOVERFLOW, late where it is EINVAL.</summary>
    private Errno CheckMap(Iova iova, Va va, ulong bytes, MapDmaFlags flags)
    {
        if ((flags & ~(ReadWriteFlags | MapDmaFlags.Vaddr)) != 0) return Errno.EINVAL;
        var wraps = bytes != 0 && (Wraps(iova.Value, bytes) || Wraps(va.Value, bytes));
        if (_profile.WrapErrno == Errno.EOVERFLOW)
        {
            if (bytes == 0) return Errno.EINVAL;
            if (wraps) return Errno.EOVERFLOW;
        }

        var givesVa = (flags & MapDmaFlags.Vaddr) != 0;
        if ((flags & ReadWriteFlags) != 0 == givesVa) return Errno.EINVAL;
        if (bytes == 0 || ((bytes | iova.Value | va.Value) & _pageOffsetMask) != 0) return Errno.EINVAL;
        return wraps ? _profile.WrapErrno : Errno.None;
    }

    /// <summary>A virtual address for a mapping whose own was withdrawn.</summary>
    private Errno GiveVa(int found, Iova iova, Va va, ulong bytes)
    {
        if (found < 0) return Errno.ENOENT;
        ref var dma = ref _mappings[found];
        if (!dma.IsVaInvalid || dma.Iova != iova || dma.Bytes != bytes) return Errno.EINVAL;
        dma.Va = va;
        dma.IsVaInvalid = false;
        VaInvalidCount--;
        return Errno.None;
    }

    private static bool Wraps(ulong start, ulong bytes) => unchecked(start + (bytes - 1)) < start;
}
