using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// What the host does with a guest's buffers under a strategy: finds memory, maps, revokes, moves, maps again. Each way is a process in simulated time whose every step is a call to Xen.
/// </summary>
internal sealed partial class BlobHost : IDisposable
{
    private readonly XenSettings _settings;
    private readonly Simulation _simulation;
    private readonly Random _random;
    private readonly FrameRanges _vram;
    private readonly FrameRanges _dom0Ram;
    private readonly FrameRanges _dom0Window;
    private readonly FrameRanges _guestRam;
    private readonly FrameRanges _hostmem;
    private FrameRanges? _pool;
    private FrameRanges? _region;
    private Pfn _regionWindow;

    /// <summary>The host of a machine.</summary>
    public BlobHost(XenSettings settings, Strategy strategy, Simulation simulation, XenCosts costs)
    {
        (_settings, Strategy, _simulation, _random) = (settings, strategy, simulation, new Random(settings.Seed));
        var memory = MachineBuilder.Memory(settings, _random);
        Xen = new XenHypervisor(memory, simulation, costs);
        Guest = MachineBuilder.Guest(settings, memory);
        if (settings.Dom0 == Dom0Mode.Pv)
        {
            Dom0 = MachineBuilder.PvDom0(settings, memory, _random, out var frames);
            var addresses = new FrameRanges(new Pfn(1UL << 30), MachineBuilder.PagesOf(settings.Dom0Bytes));
            Pv = new PvFrames(Xen, Dom0, frames, MachineBuilder.Table<VtdSs4>(settings), addresses, Counters, settings);
        }
        else
        {
            Dom0 = MachineBuilder.PvhDom0(settings, memory);
        }

        // The first sixteenth is the kernels' own.
        _dom0Ram = Above(MachineBuilder.PagesOf(settings.Dom0Bytes));
        _guestRam = Above(MachineBuilder.PagesOf(settings.GuestBytes));
        _vram = new FrameRanges(MachineMemory.Bar, memory.BarPages);
        _dom0Window = new FrameRanges(WindowStart, MachineBuilder.PagesOf(settings.GuestBytes));
        _hostmem = new FrameRanges(HostmemStart, MachineBuilder.PagesOf(settings.HostmemBytes));
        ReservedFor(strategy);
    }

    /// <summary>Where the host-visible region begins in the guest's address space: 4 TiB.</summary>
    public static Pfn HostmemStart { get; } = new(1UL << 30);

    /// <summary>Where dom0 sees memory of the guest: 8 TiB.</summary>
    public static Pfn WindowStart { get; } = new(1UL << 31);

    /// <summary>The strategy.</summary>
    public Strategy Strategy { get; }

    /// <summary>The hypervisor.</summary>
    public XenHypervisor Xen { get; }

    /// <summary>The domain that drives the GPU.</summary>
    public XenDomain Dom0 { get; }

    /// <summary>The guest.</summary>
    public XenDomain Guest { get; }

    /// <summary>Frames and device context of a PV dom0, or <see langword="null"/>.</summary>
    public PvFrames? Pv { get; }

    /// <summary>The device whose blobs the buffers are, if there is one to be told.</summary>
    public VirtioGpuDevice? Device { get; set; }

    /// <summary>What happened.</summary>
    public BlobCounters Counters { get; } = new();

    /// <summary>Buffers that are there, by their id.</summary>
    public SortedDictionary<uint, GpuBuffer> Buffers { get; } = [];

    /// <summary>What the driver's attaching needs: a pool or a region, mapped once.</summary>
    public IEnumerable<Wait> Attach()
    {
        if (_pool is { } pool)
        {
            foreach (var wait in SetAll(Guest, HostmemStart, FrameExtents.Contiguous(pool.Start, pool.Pages), P2mType.MmioDirect, Strategy.Largest)) yield return wait;
        }

        if (_region is { } region)
        {
            foreach (var wait in SetAll(Dom0, _regionWindow, GuestExtents(region.Start, region.Pages), P2mType.Foreign, PageSize.Size4K)) yield return wait;
        }
    }

    /// <summary>Finds memory for a new buffer.</summary>
    /// <returns>The memory, or <see langword="null"/>: none is left.</returns>
    public Backing? Allocate(ulong pages, bool inVram) => Strategy.Home switch
    {
        BufferHome.Pool => Take(_pool!, pages, Place.Vram),
        BufferHome.Guest => TakeGuest(_guestRam, pages),
        BufferHome.VramOrGuestRegion when !inVram => TakeGuest(_region!, pages),
        _ => inVram ? Take(_vram, pages, Place.Vram) : TakeDom0(pages),
    };

    /// <summary>A place in the host-visible region, or <see langword="null"/>.</summary>
    public Pfn? TakeHostmem(ulong pages) =>
        Strategy.Home is BufferHome.Pool or BufferHome.Guest ? HostmemStart : _hostmem.TryTake(pages, AlignmentOf(pages), new Pfn(0), out var gfn) ? gfn : null;

    /// <summary>Where the guest reaches a page of a buffer now.</summary>
    public Pfn GuestFrameOf(GpuBuffer buffer) => buffer.Backing.Place == Place.GuestRam ? buffer.Backing.First
        : Strategy.Home == BufferHome.Pool ? HostmemStart + (buffer.Backing.First.Value - _pool!.Start.Value)
        : buffer.Hostmem;

    /// <summary>How the guest must cache a buffer where it is now.</summary>
    public static MapCaching CachingOf(Backing backing) => backing.Place == Place.Vram ? MapCaching.WriteCombining : MapCaching.Cached;

    /// <summary>Makes new memory ready for the GPU and maps it for the guest.</summary>
    public IEnumerable<Wait> Map(GpuBuffer buffer) => Prepare(buffer.Backing).Concat(MapForGuest(buffer));

    /// <summary>Takes the guest's mapping away and gives the memory back.</summary>
    public IEnumerable<Wait> Unmap(GpuBuffer buffer) => Revoke(buffer).Concat(Release(buffer.Backing));

    /// <summary>Gives a place in the host-visible region back.</summary>
    public void GiveHostmem(GpuBuffer buffer)
    {
        if (Strategy.Home is not (BufferHome.Pool or BufferHome.Guest)) _hostmem.Give(buffer.Hostmem, buffer.Pages);
    }

    /// <summary>Nobody changes the buffer any more.</summary>
    public void Settle(GpuBuffer buffer)
    {
        buffer.IsMoving = false;
        if (Device?.StateOf(buffer.ResourceId) == BlobState.Revoked) Device.Restore(buffer.ResourceId);
        _simulation.Fire(buffer.Settled);
    }

    /// <summary>Moves a buffer to the other memory: dom0's kernel wants it there.</summary>
    public IEnumerable<Wait> Migrate(GpuBuffer buffer)
    {
        if (buffer.IsMoving || buffer.IsDead)
        {
            Counters.MigrationsRefused++;
            yield break;
        }

        if (!Strategy.Migrates)
        {
            Counters.MigrationsAvoided++;
            yield break;
        }

        if (Allocate(buffer.Pages, inVram: buffer.Backing.Place != Place.Vram) is not { } next)
        {
            Counters.MigrationsRefused++;
            yield break;
        }

        buffer.IsMoving = true;
        var begun = _simulation.Now;
        if (Strategy.GuestReleases && buffer.Backing.Place == Place.Dom0Ram)
        {
            var wait = AskGuest();
            yield return new Wait(_simulation.Now + wait);
            if (wait >= Budget)
            {
                // Dom0's kernel cannot wait for ever: the buffer stays where it is.
                Counters.Revoked(_simulation.Now - begun, Budget, done: false);
                Counters.MigrationsRefused++;
                GiveMemory(next);
                Settle(buffer);
                yield break;
            }
        }

        var old = buffer.Backing;
        if (!Xen.Defects.HasFlag(XenDefects.MovesBeforeRevoking))
        {
            foreach (var wait in Revoke(buffer)) yield return wait;
        }

        if (Device?.StateOf(buffer.ResourceId) == BlobState.Mapped) Device.Revoke(buffer.ResourceId);
        Counters.Revoked(_simulation.Now - begun, Budget, done: true);
        var copy = (long)((buffer.Pages << Pfn.Shift) / Xen.Costs.CopyBytesPerSecond * 1e9);
        (Counters.CopiedBytes, Counters.CopyNanoseconds) = (Counters.CopiedBytes + (buffer.Pages << Pfn.Shift), Counters.CopyNanoseconds + copy);
        yield return new Wait(_simulation.Now + copy);
        foreach (var wait in Release(old)) yield return wait;
        buffer.Backing = next;
        foreach (var wait in Prepare(next)) yield return wait;
        if (!Strategy.FaultsIn)
        {
            foreach (var wait in MapForGuest(buffer)) yield return wait;
        }

        Counters.Migrations++;
        if (CachingOf(next) != buffer.Caching) Counters.StaleCaching++;
        Settle(buffer);
    }

    /// <summary>Maps what a fault at a page of a buffer asks for: a leaf's worth.</summary>
    public IEnumerable<Wait> FaultIn(GpuBuffer buffer, ulong page)
    {
        if (buffer.IsMoving || buffer.IsDead || Guest.P2m!.Follow(buffer.Hostmem + page, out _)) yield break;
        var gfn = buffer.Hostmem + page;
        var span = Strategy.Largest.Pages;
        // The block around the page, as far as the buffer reaches.
        var from = page - Math.Min(page, gfn.Value & (span - 1));
        var to = Math.Min(buffer.Pages, page + span - (gfn.Value & (span - 1)));
        for (var at = from; at < to;)
        {
            if (buffer.IsMoving || buffer.IsDead) yield break;
            var call = Xen.Set(Guest, buffer.Hostmem, buffer.Backing.Extents, at, to, TypeOf(buffer.Backing), Strategy.Largest, at > from);
            at += call.Pages;
            yield return new Wait(call.End);
        }
    }

    /// <summary>Merges dom0's and the guest's leaves again where that can be done.</summary>
    public IEnumerable<Wait> Collapse()
    {
        foreach (var (domain, bytes) in new[] { (Dom0, _settings.Dom0Bytes), (Guest, _settings.GuestBytes) })
        {
            for (var at = 0UL; domain.P2m is { } p2m && at < MachineBuilder.PagesOf(bytes); at += PageSize.Size1G.Pages)
            {
                if (p2m.Follow(new Pfn(at), out var leaf) && leaf.Size == PageSize.Size1G) continue;
                yield return new Wait(Xen.Collapse(domain, new Pfn(at)).End);
            }
        }
    }

    /// <summary>Type of the guest's entries for memory of a kind.</summary>
    public P2mType TypeOf(Backing backing) => backing.Place == Place.Vram ? Strategy.VramType : Strategy.RamType;

    private long Budget => (long)(_settings.BudgetMilliseconds * 1e6);

    private IEnumerable<Wait> MapForGuest(GpuBuffer buffer)
    {
        var backing = buffer.Backing;
        if (Strategy.Home is BufferHome.Pool or BufferHome.Guest || backing.Place == Place.GuestRam) yield break;
        if (backing.Place == Place.Dom0Ram && Strategy.RetypesDom0)
        {
            foreach (var wait in RetypeAll(Dom0, backing.First, backing.Pages, P2mType.MmioDirect, PageSize.Size2M)) yield return wait;
        }

        if (backing.Place == Place.Dom0Ram && Strategy.TransfersOwnership)
        {
            foreach (var wait in TransferToGuest(buffer)) yield return wait;
            yield break;
        }

        foreach (var wait in SetAll(Guest, buffer.Hostmem, backing.Extents, TypeOf(backing), Strategy.Largest)) yield return wait;
    }

    private IEnumerable<Wait> Revoke(GpuBuffer buffer)
    {
        var backing = buffer.Backing;
        if (Strategy.Home is BufferHome.Pool or BufferHome.Guest || backing.Place == Place.GuestRam) yield break;
        if (backing.Place == Place.Dom0Ram && Strategy.TransfersOwnership)
        {
            foreach (var wait in TakeFromGuest(buffer)) yield return wait;
            yield break;
        }

        foreach (var wait in RemoveAll(Guest, buffer.Hostmem, buffer.Pages, TypeOf(backing), Strategy.Largest)) yield return wait;
        if (backing.Place == Place.Dom0Ram && Strategy.RetypesDom0)
        {
            foreach (var wait in RetypeAll(Dom0, backing.First, backing.Pages, P2mType.RamReadWrite, PageSize.Size1G)) yield return wait;
        }
    }

    private long AskGuest() =>
        _random.NextDouble() < _settings.HoldsShare ? Budget : (long)(-Math.Log(1 - _random.NextDouble()) * _settings.ReleaseMicroseconds * 1e3);
}
