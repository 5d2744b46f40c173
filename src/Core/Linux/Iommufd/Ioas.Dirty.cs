using System.Numerics;
using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Ioas
{
    private readonly HashSet<IommuDomain> _tracked = [];

    /// <summary>Begins or ends to note what devices write through a domain (<c>IOMMU_HWPT_SET_DIRTY_TRACKING</c>). What they wrote before is forgotten when it begins.</summary>
    /// <returns><see cref="Errno.EOPNOTSUPP"/>: the kernel or the domain's tables cannot. <see cref="Errno.EINVAL"/>: the domain is not attached.</returns>
    public Errno SetDirtyTracking(IommuDomain domain, bool on)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (!_domains.Contains(domain)) return Errno.EINVAL;
        if (!_mm.Profile.IommufdTracksWrites || !domain.LinuxTracksWrites) return Errno.EOPNOTSUPP;
        if (!on)
        {
            _tracked.Remove(domain);
            return Errno.None;
        }

        if (!_tracked.Add(domain)) return Errno.None;
        Span<ulong> forgotten = stackalloc ulong[1];
        foreach (var area in _areas)
        {
            var range = IovaRange.Of(area.Iova, area.Bytes);
            Harvest(domain, area, range, clear: true, new DirtyReport(range, 1UL << 63, forgotten));
        }

        domain.IotlbSync();
        return Errno.None;
    }

    /// <summary>Reports what devices wrote through a domain, and begins anew unless told not to (<c>IOMMU_HWPT_GET_DIRTY_BITMAP</c>). A large leaf counts whole.</summary>
    /// <param name="domain">The domain; its writes must be tracked.</param>
    /// <param name="iova">First device address.</param>
    /// <param name="bytes">Length: mapped without a hole, a multiple of <paramref name="pageBytes"/>.</param>
    /// <param name="pageBytes">What a bit stands for: a power of two from 4 KiB on.</param>
    /// <param name="bitmap">One bit per page of that size. Bits are set, none is cleared.</param>
    /// <param name="clear">Whether what is reported counts as not written from then on; without IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR it does.</param>
    /// <returns><see cref="Errno.EINVAL"/>: the range, the bitmap, a hole, or writes that are not tracked.</returns>
    public Errno ReadAndClearDirty(IommuDomain domain, Iova iova, ulong bytes, ulong pageBytes, Span<ulong> bitmap, bool clear = true)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (!_tracked.Contains(domain) || !BitOperations.IsPow2(pageBytes) || pageBytes < PageSize.Size4K.Bytes) return Errno.EINVAL;
        if (bytes == 0 || ((iova.Value | bytes) & (pageBytes - 1)) != 0) return Errno.EINVAL;
        if (unchecked(iova.Value + (bytes - 1)) < iova.Value) return Errno.EOVERFLOW;
        var bits = bytes >> BitOperations.TrailingZeroCount(pageBytes);
        if ((ulong)bitmap.Length * 64 < bits) return Errno.EINVAL;
        var last = new Iova(iova.Value + (bytes - 1));
        var inside = _areas.Where(area => area.Iova <= last && area.Last >= iova).OrderBy(area => area.Iova).ToList();
        if (inside.Count == 0 || inside[0].Iova > iova || inside[^1].Last < last || inside.Zip(inside.Skip(1)).Any(pair => pair.First.Last + 1 != pair.Second.Iova)) return Errno.EINVAL;
        var report = new DirtyReport(IovaRange.Of(iova, bytes), pageBytes, bitmap);
        foreach (var area in inside)
        {
            var (first, end) = (area.Iova > iova ? area.Iova : iova, area.Last < last ? area.Last : last);
            Harvest(domain, area, IovaRange.Inclusive(first, end), clear, report);
        }

        if (clear) domain.IotlbSync();
        return Errno.None;
    }

    private void Harvest(IommuDomain domain, IoasArea area, IovaRange range, bool clear, in DirtyReport report)
    {
        if (area.StoredBytes == 0) return;
        _counters.DomainCounts.LeavesHarvested += domain.HarvestDirty(range, clear, report);
    }
}
