using System.Runtime.CompilerServices;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>An IOMMU domain on VT-d second-stage tables (<c>iommu_domain</c>).</summary>
public sealed class IommuDomain
{
    private readonly KernelCounters _counters;
    private readonly IommuTableCode _code;

    /// <summary>An empty domain whose tables lie in <paramref name="arena"/>.</summary>
    public IommuDomain(KernelProfile profile, TableArena arena, KernelCounters counters)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(counters);
        _counters = counters;
        _code = profile.IommuTables;
        Table = new PageTable<VtdSs4>(arena);
    }

    /// <summary>Page sizes: bit n stands for 2^n bytes. VT-d: 4K, 2M, 1G.</summary>
    public static ulong PageSizes => PageSize.Size4K.Bytes | PageSize.Size2M.Bytes | PageSize.Size1G.Bytes;

    /// <summary>Addresses that devices can use: the aperture.</summary>
    public static IovaRange Aperture => IovaRange.Inclusive(new Iova(0), new Iova((1UL << 48) - 1));

    /// <summary>
    /// Whether unmapping one page of a larger entry removes the whole entry, which type1 probes for at attach (<c>vfio_test_domain_fgsp</c>) on
    /// kernels that do. Only AMD's tables have many sizes; VT-d's answer is no.
    /// </summary>
    public static bool HasFineGrainedSuperPages => false;

    /// <summary>What the device walks.</summary>
    public PageTable<VtdSs4> Table { get; }

    /// <summary>Maps a contiguous stretch (<c>iommu_map</c>). A failure leaves nothing behind.</summary>
    public Errno Map(Iova iova, Pfn first, ulong pages, Permissions permissions)
    {
        _counters.MapCounts.IommuMapCalls++;
        var bytes = pages << Pfn.Shift;
        if (bytes == 0 || (iova.Value & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        if (unchecked(iova.Value + (bytes - 1)) < iova.Value) return Errno.EOVERFLOW;
        if (_code == IommuTableCode.Generic) return MapTables(IovaRange.Of(iova, bytes), first, permissions, null);
        return MapGroups(iova, first, bytes, permissions);
    }

    /// <summary>
    /// The physical address behind <paramref name="iova"/>, or 0 for none (<c>iommu_iova_to_phys</c>): nobody can tell physical 0 from a hole.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong IovaToPhys(Iova iova)
    {
        _counters.UnmapCounts.IovaToPhys++;
        var address = Table.Translate(iova);
        if (address.IsNone) return 0;
        _counters.UnmapCounts.LeavesVisited++;
        return address.Value;
    }

    /// <summary>Removes a stretch; the IOTLB is not flushed yet (<c>iommu_unmap_fast</c>).</summary>
    /// <returns>Bytes removed.</returns>
    public ulong UnmapFast(Iova iova, ulong bytes)
    {
        _counters.UnmapCounts.IommuUnmapCalls++;
        var report = Table.TryUnmap(IovaRange.Of(iova, bytes));
        return RemovedBytes(report.Leaves);
    }

    /// <summary>Flushes the IOTLB (<c>iommu_iotlb_sync</c>).</summary>
    public void IotlbSync() => _counters.UnmapCounts.IotlbSyncs++;

    private static ulong RemovedBytes(in LeafCounts leaves) =>
        (leaves[0] * PageSize.Size4K.Bytes) + (leaves[1] * PageSize.Size2M.Bytes) + (leaves[2] * PageSize.Size1G.Bytes);

    private Errno MapGroups(Iova iova, Pfn first, ulong bytes, Permissions permissions)
    {
        ulong done = 0;
        while (done < bytes)
        {
            var (at, pfn) = (iova + done, first + (done >> Pfn.Shift));
            var size = IommuPageSizes.Choose(PageSizes, at.Value, pfn.Address.Value, bytes - done, out var count);
            var errno = MapTables(IovaRange.Of(at, size * count), pfn, permissions, new PageSize(int.CreateChecked(ulong.Log2(size))));
            if (errno != Errno.None)
            {
                if (done != 0) Table.Unmap(IovaRange.Of(iova, done));
                return errno;
            }

            done += size * count;
        }

        return Errno.None;
    }

    private Errno MapTables(IovaRange range, Pfn first, Permissions permissions, PageSize? largest)
    {
        _counters.MapCounts.TableMapCalls++;
        return ErrnoOf(Table.TryMap(range, first, permissions, largest).Status);
    }

    internal static Errno ErrnoOf(MapStatus status) => status switch
    {
        MapStatus.Done => Errno.None,
        MapStatus.AlreadyMapped => Errno.EADDRINUSE,
        MapStatus.OutOfTables => Errno.ENOMEM,
        MapStatus.BadInput or MapStatus.BadOutput => Errno.ERANGE,
        _ => Errno.EINVAL,
    };
}
