using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class Type1Container
{
    private readonly List<EmulatedGroup> _emulated = [];
    private readonly VfioBatch _single = new();
    private int _nonPinnedGroups;

    /// <summary>Groups that may write anything without saying so (<c>num_non_pinned_groups</c>): while there is one, every mapped page counts as dirty.</summary>
    public int NonPinnedGroups
    {
        get => _nonPinnedGroups;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _nonPinnedGroups = value;
        }
    }

    /// <summary>Attaches emulated devices (mdev): no domain, but they may hold pages.</summary>
    /// <param name="group">They.</param>
    /// <returns><see cref="Errno.EBUSY"/> while the virtual address of a mapping is withdrawn.</returns>
    public Errno AttachEmulated(EmulatedGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (VaInvalidCount > 0) return Errno.EBUSY;
        _emulated.Add(group);
        return Errno.None;
    }

    /// <summary>Holds single pages for an emulated device (<c>vfio_pin_pages</c>): all or none.</summary>
    /// <param name="iova">The first page.</param>
    /// <param name="permissions">What the device does with them.</param>
    /// <param name="pfns">As many frames as pages are wanted.</param>
    public Errno PinPages(Iova iova, Permissions permissions, Span<Pfn> pfns)
    {
        if (IsV1) return Errno.EACCES;
        if (VaInvalidCount > 0) return Errno.EBUSY;
        if (_emulated.Count == 0 || (iova.Value & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        _counters.Locks?.Take(ModelledLock.Container);
        var errno = Errno.None;
        for (var page = 0; page < pfns.Length && errno == Errno.None; page++)
        {
            var at = iova + ((ulong)page << Pfn.Shift);
            errno = PinPage(at, permissions, out pfns[page]);
            if (errno == Errno.None) continue;
            while (--page >= 0) UnpinPage(iova + ((ulong)page << Pfn.Shift));
            break;
        }

        _counters.Locks?.Release(ModelledLock.Container);
        return errno;
    }

    /// <summary>Gives pages back (<c>vfio_unpin_pages</c>).</summary>
    /// <returns>How many were held.</returns>
    public int UnpinPages(Iova iova, int pages)
    {
        var released = 0;
        for (var page = 0; page < pages && UnpinPage(iova + ((ulong)page << Pfn.Shift)); page++) released++;
        return released;
    }

    private Errno PinPage(Iova iova, Permissions permissions, out Pfn pfn)
    {
        pfn = default;
        var index = _mappings.Find(iova, PageSize.Size4K.Bytes);
        if (index < 0) return Errno.EINVAL;
        ref var dma = ref _mappings[index];
        if ((dma.Permissions & permissions) != permissions) return Errno.EPERM;
        if (dma.External is not null && dma.External.TryHoldAgain(iova, out pfn)) return Errno.None;

        // vfio_pin_page_external
        _single.Init(single: true);
        var pages = _lookup.VaddrGetPfns(dma.Va + (iova.Value - dma.Iova.Value), 1, dma.Permissions, _single, ref pfn);
        if (pages != 1) return pages < 0 ? (Errno)(-pages) : Errno.EFAULT;
        // A frame without struct page is of no use to a driver that wants to touch it.
        if (_mm.StructPages.IsInvalidReserved(pfn)) return Errno.EINVAL;
        var errno = _domains.Count == 0 ? _accounting.Charge(ref dma, 1) : Errno.None;
        if (errno != Errno.None)
        {
            _unpinner.Put(pfn);
            return errno;
        }

        (dma.External ??= new ExternalPins()).Add(iova, pfn);
        if (dma.Dirty is not null) SetDirty(in dma, iova);
        return Errno.None;
    }

    private bool UnpinPage(Iova iova)
    {
        var index = _mappings.Find(iova, PageSize.Size4K.Bytes);
        if (index < 0) return false;
        ref var dma = ref _mappings[index];
        if (dma.External?.Release(iova) is not { } pfn) return true;
        if (_unpinner.Put(pfn) && _domains.Count == 0) _accounting.Charge(ref dma, -1);
        return true;
    }

    /// <summary>Asks emulated devices to give up what they hold of a mapping that goes. One that does not after ten requests is a bug, and Linux stops.</summary>
    private void AskToRelease(in VfioDma dma)
    {
        for (var times = 0; dma.External is { IsEmpty: false }; times++)
        {
            if (times > MostNotifications) throw new InvalidOperationException($"pages at {dma.Iova} are still held after {times} requests to release them");
            // Devices call back into the container, so its lock is dropped meanwhile.
            _counters.Locks?.Release(ModelledLock.Container);
            foreach (var group in _emulated) group.Release(this, dma.Iova, dma.Bytes);
            _counters.Locks?.Take(ModelledLock.Container);
        }
    }
}
