using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    private readonly List<IovaRange> _windows = [];
    private readonly List<IovaRange[]> _reserved = [];
    private bool _hasWindows;

    /// <summary>
    /// Replaces the allowed device addresses (<c>iova_list</c>) until a domain goes; a mapping must lie inside one window. No window allows all.
    /// </summary>
    public void SetWindows(params ReadOnlySpan<IovaRange> windows)
    {
        _windows.Clear();
        _windows.AddRange(windows);
        _hasWindows = _windows.Count != 0;
    }

    /// <summary>The allowed device addresses; none means all.</summary>
    public IReadOnlyList<IovaRange> Windows => _windows;

    /// <summary>
    /// Attaches a group whose devices use <paramref name="domain"/> (<c>vfio_iommu_type1_attach_group</c>): what is mapped already is mapped there too. On failure
    /// nothing changes.
    /// </summary>
    /// <param name="domain">An empty domain.</param>
    /// <param name="reserved">Device addresses that this group cannot use, such as its MSI window.</param>
    /// <returns><see cref="Errno.EINVAL"/> when a mapping lies outside of what the domain translates, or no address would be left.</returns>
    public Errno AttachDomain(IommuDomain domain, params ReadOnlySpan<IovaRange> reserved)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var windows = new List<IovaRange>();
        var errno = NarrowWindows(domain.Geometry.Aperture, reserved, windows);
        if (errno == Errno.None) errno = Replay(domain);
        if (errno != Errno.None) return errno;
        _domains.Add(domain);
        _reserved.Add([.. reserved]);
        SetWindows([.. windows]);
        UpdatePageSizes();
        return Errno.None;
    }

    /// <summary>
    /// Detaches a group and its domain. With the last domain every mapping goes, unless emulated devices are attached: then their pages stay charged and the
    /// rest is given back. Windows widen to what the other domains allow.
    /// </summary>
    /// <exception cref="ArgumentException">The domain is not attached.</exception>
    public void DetachDomain(IommuDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var attached = _domains.IndexOf(domain);
        if (attached < 0) throw new ArgumentException("this domain is not attached", nameof(domain));
        if (_domains.Count == 1 && _emulated.Count == 0)
        {
            while (_mappings.Count > 0) RemoveDma(_mappings.Count - 1);
        }
        else if (_domains.Count == 1)
        {
            UnmapAllKeepingExternal();
        }
        else
        {
            // Freed with its tables; the others go on translating. The fast path reads frames back from whichever domain is first.
            for (var index = 0; index < _mappings.Count; index++)
            {
                if (_mappings[index].IsMapped) domain.UnmapRange(IovaRange.Of(_mappings[index].Iova, _mappings[index].Bytes));
            }
        }

        _domains.RemoveAt(attached);
        _reserved.RemoveAt(attached);
        UpdatePageSizes();
        SetWindows();
        for (var index = 0; index < _domains.Count; index++)
        {
            var windows = new List<IovaRange>();
            NarrowWindows(_domains[index].Geometry.Aperture, _reserved[index], windows);
            SetWindows([.. windows]);
        }
    }

    /// <summary>What is left of the windows inside an aperture and outside of reserved ranges (<c>vfio_iommu_aper_resize</c>, <c>vfio_iommu_resv_exclude</c>).</summary>
    private Errno NarrowWindows(IovaRange aperture, ReadOnlySpan<IovaRange> reserved, List<IovaRange> windows)
    {
        for (var index = 0; index < _mappings.Count; index++)
        {
            ref var dma = ref _mappings[index];
            if (!aperture.Contains(dma.Iova) || !aperture.Contains(dma.Last)) return Errno.EINVAL;
            foreach (var range in reserved)
            {
                if (range.Start <= dma.Last && range.Last >= dma.Iova) return Errno.EINVAL;
            }
        }

        if (!_hasWindows) windows.Add(aperture);
        foreach (var window in _windows)
        {
            var first = Math.Max(window.Start.Value, aperture.Start.Value);
            var last = Math.Min(window.Last.Value, aperture.Last.Value);
            if (first <= last) windows.Add(IovaRange.Inclusive(new Iova(first), new Iova(last)));
        }

        foreach (var range in reserved) Exclude(windows, range);
        return windows.Count == 0 ? Errno.EINVAL : Errno.None;
    }

    private static void Exclude(List<IovaRange> windows, IovaRange range)
    {
        for (var index = windows.Count - 1; index >= 0; index--)
        {
            var window = windows[index];
            if (range.Start > window.Last || range.Last < window.Start) continue;
            windows.RemoveAt(index);
            if (range.Last < window.Last) windows.Insert(index, IovaRange.Inclusive(range.Last + 1, window.Last));
            if (range.Start > window.Start) windows.Insert(index, IovaRange.Inclusive(window.Start, new Iova(range.Start.Value - 1)));
        }
    }

    private bool IsInOneWindow(IovaRange range)
    {
        foreach (var window in _windows)
        {
            if (window.Contains(range.Start) && window.Contains(range.Last)) return true;
        }

        return !_hasWindows;
    }
}
