using Fast.PageTables;

namespace Fast.Linux;

/// <summary>What the fast path can do with mappings that stand. Type1 has no such calls: there a mapping is unmapped and mapped anew, and every page counts as written.</summary>
public sealed partial class Type1Container
{
    /// <summary>
    /// Changes what devices may do with the mappings of a range, in place and in every domain; pins and charges stay as they are. A failure changes nothing.
    /// </summary>
    /// <param name="iova">First device address; no mapping may be cut.</param>
    /// <param name="bytes">Length; holes are fine.</param>
    /// <param name="permissions">Read, write or both.</param>
    /// <returns>
    /// <see cref="Errno.EOPNOTSUPP"/>: the kernel path. <see cref="Errno.EINVAL"/>: the range, or a domain whose format cannot say it. <see cref="Errno.EFAULT"/>: the process may not write there itself.
    /// </returns>
    public Errno ProtectDma(Iova iova, ulong bytes, Permissions permissions)
    {
        if (!IsFast) return Errno.EOPNOTSUPP;
        if (permissions == Permissions.None || (permissions & ~Permissions.ReadWrite) != 0) return Errno.EINVAL;
        var errno = FindWhole(iova, bytes, out var first, out var end);
        for (var index = first; index < end && errno == Errno.None; index++)
            errno = _fast.CheckAccess(in _mappings[index], permissions);
        for (var index = first; index < end && errno == Errno.None; index++)
        {
            errno = _fast.Protect(in _mappings[index], permissions, _domains);
            if (errno == Errno.None) continue;
            while (--index >= first) _fast.Protect(in _mappings[index], _mappings[index].Permissions, _domains);
            return errno;
        }

        if (errno != Errno.None) return errno;
        for (var index = first; index < end; index++) _mappings[index].Permissions = permissions;
        _domains.Sync();
        _counters.Trace?.Step("protect", $"{iova} x {bytes >> Pfn.Shift} -> {permissions}");
        return Errno.None;
    }

    /// <summary>Reports the pages that devices wrote through any domain, as the hardware noted them; a large leaf counts whole.</summary>
    /// <param name="iova">First device address; no mapping may be cut.</param>
    /// <param name="bytes">Length; holes are fine.</param>
    /// <param name="bitmap">One bit per 4 KiB page of the range. Bits are set, none is cleared.</param>
    /// <param name="clear">Whether they count as not written from then on.</param>
    /// <returns>
    /// <see cref="Errno.EOPNOTSUPP"/>: the kernel path, or a domain whose hardware notes nothing. <see cref="Errno.EINVAL"/>: the range, or too short a bitmap.
    /// </returns>
    public Errno HarvestDirty(Iova iova, ulong bytes, Span<ulong> bitmap, bool clear = true)
    {
        if (!IsFast) return Errno.EOPNOTSUPP;
        var errno = FindWhole(iova, bytes, out var first, out var end);
        if (errno == Errno.None && (ulong)bitmap.Length < WordsFor(bytes >> Pfn.Shift)) errno = Errno.EINVAL;
        if (errno != Errno.None) return errno;
        if (!_domains.NoteWrites) return Errno.EOPNOTSUPP;
        var report = new DirtyReport(IovaRange.Of(iova, bytes), PageSize.Size4K.Bytes, bitmap);
        for (var index = first; index < end; index++) _fast.Harvest(in _mappings[index], clear, report, _domains);
        // What is written through a translation that the IOTLB still holds is not noted: it has to forget those that are clean now.
        if (clear) _domains.Sync();
        return Errno.None;
    }

    /// <summary>The mappings of a range that cuts none.</summary>
    private Errno FindWhole(Iova iova, ulong bytes, out int first, out int end)
    {
        (first, end) = (0, 0);
        if (bytes == 0 || ((iova.Value | bytes) & _pageOffsetMask) != 0) return Errno.EINVAL;
        if (Wraps(iova.Value, bytes)) return Errno.EOVERFLOW;
        if (IsCut(iova, bytes)) return Errno.EINVAL;
        first = end = Math.Max(_mappings.Find(iova, bytes), 0);
        while (end < _mappings.Count && _mappings[end].Iova >= iova && _mappings[end].Iova.Value - iova.Value < bytes) end++;
        return Errno.None;
    }
}
