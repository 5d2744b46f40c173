using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The domains of a container in the order in which they were attached (<c>domain_list</c>). The first one is where frames are read back from.</summary>
internal sealed class VfioDomains(AddressSpace mm, KernelCounters counters)
{
    private readonly List<IommuDomain> _domains = [];

    public int Count => _domains.Count;

    public IommuDomain this[int index] => _domains[index];

    public IReadOnlyList<IommuDomain> All => _domains;

    /// <summary>Page sizes that all of them have; what is smaller than a page of the CPU becomes that page (<c>vfio_update_pgsize_bitmap</c>).</summary>
    public ulong PageSizes
    {
        get
        {
            var sizes = ulong.MaxValue;
            foreach (var domain in _domains) sizes &= domain.Geometry.PageSizes;
            var below = PageSize.Size4K.OffsetMask;
            return (sizes & below) != 0 ? (sizes & ~below) | PageSize.Size4K.Bytes : sizes;
        }
    }

    /// <summary>Whether the hardware of each notes what devices wrote.</summary>
    public bool NoteWrites
    {
        get
        {
            foreach (var domain in _domains)
            {
                if (!domain.NotesWrites) return false;
            }

            return true;
        }
    }

    /// <summary>Flushes every IOTLB.</summary>
    public void Sync()
    {
        foreach (var domain in _domains) domain.IotlbSync();
    }

    public void Add(IommuDomain domain) => _domains.Add(domain);

    public int IndexOf(IommuDomain domain) => _domains.IndexOf(domain);

    public void RemoveAt(int index) => _domains.RemoveAt(index);

    /// <summary>Maps a chunk in every domain; when one refuses, those before it give it up again (<c>vfio_iommu_map</c>).</summary>
    public Errno Map(Iova iova, Pfn first, ulong pages, Permissions permissions)
    {
        for (var index = 0; index < _domains.Count; index++)
        {
            var errno = MapOne(_domains[index], iova, first, pages, permissions);
            if (errno == Errno.None) continue;
            while (--index >= 0) _domains[index].Unmap(iova, pages << Pfn.Shift);
            return errno;
        }

        return Errno.None;
    }

    /// <summary>Maps a chunk in one domain.</summary>
    public Errno MapOne(IommuDomain domain, Iova iova, Pfn first, ulong pages, Permissions permissions)
    {
        counters.Locks?.Require("iommu_map", ModelledLock.Container);
        Errno errno;
        if (mm.Failures.Fails(FailurePoint.Map))
        {
            counters.MapCounts.IommuMapCalls++;
            errno = Errno.ENOMEM;
        }
        else
        {
            errno = domain.Map(iova, first, pages, permissions);
        }

        counters.Trace?.Step("iommu_map", $"{iova} to {first} x {pages} -> {errno}");
        return errno;
    }
}
