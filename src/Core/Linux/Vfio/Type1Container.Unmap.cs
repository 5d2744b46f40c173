using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    /// <summary>Removes the mappings inside a range (<c>VFIO_IOMMU_UNMAP_DMA</c>, <c>vfio_dma_do_unmap</c>). None may be cut; holes are fine.</summary>
    /// <param name="iova">First device address.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="unmapped">Bytes that were removed; 0 after an error.</param>
    public Errno UnmapDma(Iova iova, ulong bytes, out ulong unmapped)
    {
        unmapped = 0;
        if ((iova.Value & _pageOffsetMask) != 0 || bytes == 0 || (bytes & _pageOffsetMask) != 0) return Errno.EINVAL;
        if (Wraps(iova.Value, bytes)) return _profile.WrapErrno;
        var last = new Iova(iova.Value + (bytes - 1));
        var cut = _mappings.Find(iova, 1);
        if (cut >= 0 && _mappings[cut].Iova != iova) return Errno.EINVAL;
        cut = _mappings.Find(last, 1);
        if (cut >= 0 && _mappings[cut].Last != last) return Errno.EINVAL;

        for (var index = _mappings.Find(iova, bytes); index >= 0; index = _mappings.Find(iova, bytes))
        {
            unmapped += _mappings[index].Bytes;
            RemoveDma(index);
        }

        return Errno.None;
    }

    /// <summary>Takes a mapping down as far as it came (<c>vfio_remove_dma</c>).</summary>
    private void RemoveDma(int index)
    {
        ref var dma = ref _mappings[index];
        if (_domain is not null && _path == MapPath.Fast) _fast.Unmap(in dma, _domain);
        else if (_domain is not null) _unmapper.UnmapUnpin(in dma, _domain);
        _mappings.RemoveAt(index);
        DmaAvailable++;
    }
}
