using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// iommufd's I/O address space: memory of the process is pinned by the batch and mapped by the run; a BAR comes as a dma-buf, one physical range, and never
/// through the process. One thread at a time.
/// </summary>
public sealed partial class Ioas
{
    private readonly List<IoasArea> _areas = [];
    private readonly List<IommuDomain> _domains = [];
    private readonly AddressSpace _mm;
    private readonly KernelCounters _counters;
    private readonly IoasPages _pages;

    /// <summary>An empty address space of a process.</summary>
    public Ioas(AddressSpace mm, KernelCounters counters)
    {
        ArgumentNullException.ThrowIfNull(mm);
        ArgumentNullException.ThrowIfNull(counters);
        (_mm, _counters) = (mm, counters);
        _pages = new IoasPages(mm, counters);
    }

    /// <summary>Whether large pages of the IOMMU are not used (<c>IOMMU_OPTION_HUGE_PAGES</c> is 0): one <c>iommu_map</c> for each 4 KiB.</summary>
    public bool DisablesLargePages
    {
        get => _pages.DisablesLargePages;
        set => _pages.DisablesLargePages = value;
    }

    /// <summary>Mappings that stand.</summary>
    public int AreaCount => _areas.Count;

    /// <summary>Attaches a domain; what is mapped already is mapped there too, or nothing changes.</summary>
    public Errno AttachDomain(IommuDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        for (var index = 0; index < _areas.Count; index++)
        {
            var area = _areas[index];
            var errno = _domains.Count == 0 ? _pages.Fill(area, [domain]) : _pages.Copy(area, _domains[0], domain);
            if (errno == Errno.None) continue;
            while (--index >= 0)
            {
                if (_domains.Count == 0) _pages.Unfill(_areas[index], [domain]);
                else if (_areas[index].StoredBytes != 0) domain.Unmap(_areas[index].Iova, _areas[index].Bytes);
            }

            return errno;
        }

        _domains.Add(domain);
        return Errno.None;
    }

    /// <summary>Maps memory of the process (<c>IOMMU_IOAS_MAP</c>). Of a BAR's address it fails: raw frames cannot be pinned.</summary>
    public Errno Map(Iova iova, Va va, ulong bytes, Permissions permissions) =>
        Add(new IoasArea { Iova = iova, Va = va, Bytes = bytes, Permissions = permissions }, va.Value, bytes);

    /// <summary>Maps a part of a memfd (<c>IOMMU_IOAS_MAP_FILE</c>): its pages are pinned by the folio, whether or not the process has mmapped them.</summary>
    public Errno MapFile(Iova iova, RamPages file, ulong offset, ulong bytes, Permissions permissions)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (offset >> Pfn.Shift > file.Pages || bytes >> Pfn.Shift > file.Pages - (offset >> Pfn.Shift)) return Errno.EINVAL;
        return Add(new IoasArea { Iova = iova, Bytes = bytes, Permissions = permissions, File = file, FilePage = offset >> Pfn.Shift }, offset, bytes);
    }

    /// <summary>Maps a part of a BAR (<c>IOMMU_IOAS_MAP_FILE</c> with a dma-buf).</summary>
    /// <returns><see cref="Errno.EOPNOTSUPP"/> on kernels that cannot. <see cref="Errno.ENODEV"/> while the device does not answer.</returns>
    public Errno MapBuffer(Iova iova, BarDmaBuf buffer, ulong offset, ulong bytes, Permissions permissions)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (!_mm.Profile.IommufdMapsDmaBufs) return Errno.EOPNOTSUPP;
        if (offset > buffer.Bytes || bytes > buffer.Bytes - offset) return Errno.EINVAL;
        if (buffer.IsRevoked) return Errno.ENODEV;
        var area = new IoasArea { Iova = iova, Bytes = bytes, Permissions = permissions, Buffer = buffer, First = buffer.First + (offset >> Pfn.Shift) };
        var errno = Add(area, offset, bytes);
        if (errno != Errno.None) return errno;
        area.OnRevoked = () => Revoke(area);
        buffer.WhenRevoked(area.OnRevoked);
        return Errno.None;
    }

    /// <summary>Removes the mappings inside a range (<c>IOMMU_IOAS_UNMAP</c>).</summary>
    /// <returns><see cref="Errno.ENOENT"/> when the range cuts one, or there is none.</returns>
    public Errno Unmap(Iova iova, ulong bytes, out ulong unmapped)
    {
        unmapped = 0;
        if (bytes == 0 || ((iova.Value | bytes) & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        if (unchecked(iova.Value + (bytes - 1)) < iova.Value) return Errno.EOVERFLOW;
        var last = new Iova(iova.Value + (bytes - 1));
        var inside = _areas.Where(area => area.Iova <= last && area.Last >= iova).ToList();
        if (inside.Count == 0 || inside.Any(area => area.Iova < iova || area.Last > last)) return Errno.ENOENT;
        foreach (var area in inside)
        {
            if (area.OnRevoked is not null) area.Buffer!.Forget(area.OnRevoked);
            if (_domains.Count > 0) _pages.Unfill(area, _domains);
            _areas.Remove(area);
            unmapped += area.Bytes;
        }

        return Errno.None;
    }

    private Errno Add(IoasArea area, ulong from, ulong bytes)
    {
        if (bytes == 0 || ((area.Iova.Value | from | bytes) & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        if (area.Permissions == Permissions.None || (area.Permissions & ~Permissions.ReadWrite) != 0) return Errno.EINVAL;
        if (unchecked(area.Iova.Value + (bytes - 1)) < area.Iova.Value || unchecked(from + (bytes - 1)) < from) return Errno.EOVERFLOW;
        foreach (var domain in _domains)
        {
            if (!domain.Geometry.Aperture.Contains(area.Last)) return Errno.EINVAL;
        }

        if (_areas.Any(other => other.Iova <= area.Last && other.Last >= area.Iova)) return Errno.EEXIST;
        _mm.Failures.BeginRequest(area.Va);
        var errno = _domains.Count == 0 ? Errno.None : _pages.Fill(area, _domains);
        if (errno == Errno.None) _areas.Add(area);
        return errno;
    }

    /// <summary>Memory decode went off: the kernel itself unmaps the BAR, and nobody but user space maps it again (<c>iopt_revoke_notify</c>).</summary>
    private void Revoke(IoasArea area)
    {
        area.IsRevoked = true;
        if (area.StoredBytes == 0) return;
        foreach (var domain in _domains) domain.Unmap(area.Iova, area.Bytes);
        area.StoredBytes = 0;
        _counters.Trace?.Step("iopt_revoke_notify", $"{area.Iova} x {area.Bytes >> Pfn.Shift}");
    }
}
