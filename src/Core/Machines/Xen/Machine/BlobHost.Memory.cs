using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Where buffers' memory comes from and goes to, and what makes it fit for the GPU.</summary>
internal sealed partial class BlobHost
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Dom0.Dispose();
        Guest.Dispose();
        Pv?.Context.Dispose();
    }

    private static FrameRanges Above(ulong pages) => new(new Pfn(pages / 16), pages - (pages / 16));

    private void ReservedFor(Strategy strategy)
    {
        if (strategy.Home == BufferHome.Pool)
        {
            var pages = Math.Min(MachineBuilder.PagesOf(_settings.PoolBytes), Xen.Memory.BarPages);
            _vram.TryTake(pages, PageSize.Size2M.Pages, MachineMemory.Bar, out var start);
            _pool = new FrameRanges(start, pages);
            Counters.ReservedBytes = pages << Pfn.Shift;
        }

        if (strategy.Home == BufferHome.VramOrGuestRegion)
        {
            var pages = Math.Min(MachineBuilder.PagesOf(_settings.RegionBytes), _guestRam.Pages / 2);
            _guestRam.TryTake(pages, PageSize.Size2M.Pages, new Pfn(0), out var start);
            _region = new FrameRanges(start, pages);
            _dom0Window.TryTake(pages, PageSize.Size2M.Pages, new Pfn(0), out _regionWindow);
            Counters.Balloon(pages);
            Counters.ReservedBytes = pages << Pfn.Shift;
        }
    }

    private ulong AlignmentOf(ulong pages) => MachineBuilder.PagesOf(_settings.AlignmentBytes) is var alignment && pages >= alignment ? alignment : 1;

    /// <summary>Any place, as likely here as there.</summary>
    private Pfn Anywhere(FrameRanges ranges) => ranges.Start + (ulong)_random.NextInt64((long)ranges.Pages);

    private Backing? Take(FrameRanges ranges, ulong pages, Place place) =>
        ranges.TryTake(pages, AlignmentOf(pages), Anywhere(ranges), out var first) ? new Backing(place, first, FrameExtents.Contiguous(first, pages)) : null;

    private Backing? TakeDom0(ulong pages)
    {
        if (!_dom0Ram.TryTake(pages, AlignmentOf(pages), Anywhere(_dom0Ram), out var first)) return null;
        var backing = new Backing(Place.Dom0Ram, first, Pv?.ExtentsOf(first, pages) ?? MapExtents(Dom0, first, pages));
        if (!Strategy.TransfersOwnership) return backing;
        // A balloon takes what the guest can spare, wherever that lies.
        if (!_guestRam.TryTake(pages, 1, Anywhere(_guestRam), out var ballooned))
        {
            _dom0Ram.Give(first, pages);
            return null;
        }

        backing.Ballooned = ballooned;
        return backing;
    }

    private Backing? TakeGuest(FrameRanges ranges, ulong pages) => ranges.TryTake(pages, AlignmentOf(pages), Anywhere(ranges), out var first)
        ? new Backing(Place.GuestRam, first, GuestExtents(first, pages))
        : null;

    private FrameExtents GuestExtents(Pfn gfn, ulong pages) => MapExtents(Guest, gfn, pages);

    private static FrameExtents MapExtents(XenDomain domain, Pfn gfn, ulong pages) => FrameExtents.Of(domain.P2m!.RunsOf(gfn, pages).Select(run => (run.Pfn, run.Pages)));

    /// <summary>Makes memory fit for the GPU: contiguous where it asks for that, and within its reach.</summary>
    private IEnumerable<Wait> Prepare(Backing backing)
    {
        if (backing.Place == Place.Dom0Ram && Pv is { } pv)
        {
            if (Strategy.Device == DeviceView.Exchange)
            {
                foreach (var wait in pv.Exchange(backing)) yield return wait;
            }
            else if (Strategy.Device == DeviceView.OwnContext)
            {
                foreach (var wait in pv.MapForDevice(backing)) yield return wait;
            }
        }

        if (backing.Place == Place.GuestRam)
        {
            Counters.Balloon(_region is null ? backing.Pages : 0);
            if (_region is null)
            {
                _dom0Window.TryTake(backing.Pages, AlignmentOf(backing.Pages), new Pfn(0), out var window);
                backing.Window = window;
                foreach (var wait in SetAll(Dom0, window, backing.Extents, P2mType.Foreign, PageSize.Size4K)) yield return wait;
            }
        }

        if (backing.Place == Place.Vram) yield break;
        // Behind a map of its own, or of dom0's, what is contiguous there is contiguous for the GPU.
        var contiguous = Pv is null || backing.Context is not null;
        Counters.SeenByDevice(contiguous ? 1 : backing.Extents.Count, contiguous ? backing.Pages : backing.Extents.LongestPages);
    }

    private IEnumerable<Wait> Release(Backing backing)
    {
        if (Pv is { } pv)
        {
            foreach (var wait in pv.UnmapForDevice(backing).Concat(pv.Return(backing))) yield return wait;
        }

        if (backing.Window is { } window)
        {
            foreach (var wait in RemoveAll(Dom0, window, backing.Pages, P2mType.Foreign, PageSize.Size4K)) yield return wait;
            _dom0Window.Give(window, backing.Pages);
            backing.Window = null;
            Counters.Deflate(backing.Pages);
        }

        GiveMemory(backing);
    }

    /// <summary>Gives memory back that nobody has mapped.</summary>
    public void GiveMemory(Backing backing)
    {
        var ranges = backing.Place switch
        {
            Place.Vram => _pool ?? _vram,
            Place.GuestRam => _region ?? _guestRam,
            _ => _dom0Ram,
        };
        ranges.Give(backing.First, backing.Pages);
        if (backing.Ballooned is { } gfn) _guestRam.Give(gfn, backing.Pages);
    }

    private IEnumerable<Wait> SetAll(XenDomain domain, Pfn gfn, FrameExtents extents, P2mType type, PageSize largest)
    {
        for (var done = 0UL; done < extents.Pages;)
        {
            var call = Xen.Set(domain, gfn, extents, done, extents.Pages, type, largest, done > 0);
            done += call.Pages;
            yield return new Wait(call.End);
        }
    }

    private IEnumerable<Wait> RemoveAll(XenDomain domain, Pfn gfn, ulong pages, P2mType type, PageSize largest)
    {
        for (var done = 0UL; done < pages;)
        {
            var call = Xen.Remove(domain, gfn + done, pages - done, type, largest, done > 0);
            done += call.Pages;
            yield return new Wait(call.End);
        }
    }

    private IEnumerable<Wait> RetypeAll(XenDomain domain, Pfn gfn, ulong pages, P2mType type, PageSize largest)
    {
        for (var done = 0UL; done < pages;)
        {
            var call = Xen.Retype(domain, gfn + done, pages - done, type, largest, done > 0);
            done += call.Pages;
            yield return new Wait(call.End);
        }
    }
}
