using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// A Xen machine at work in simulated time: a guest's driver makes and destroys blob resources, its vCPUs use them, dom0's kernel moves them, and every change of a map is a call to Xen.
/// </summary>
public sealed class BlobMachine : IDisposable, IBlobMemory
{
    private const int Samples = 60;
    private const int VcpuStream = 1;
    private const int LivesStream = 1 << 16;
    private readonly XenSettings _settings;
    private readonly BlobHost _host;
    private readonly VirtioGpuDevice _device;
    private readonly GpuBuffer?[] _slots;
    private readonly Signal _vcpuFreed = new();
    private readonly List<LeafSample> _samples = [];
    private int _freeVcpus;
    private uint _lastId;
    private bool _ending;
    private bool _drawnVram;

    /// <summary>A machine, built and idle.</summary>
    /// <exception cref="ArgumentException">The strategy does not fit dom0.</exception>
    public BlobMachine(XenSettings settings, Strategy strategy, XenCosts costs)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(strategy);
        if (ProblemOf(settings, strategy) is { } problem) throw new ArgumentException(problem, nameof(strategy));
        _settings = settings;
        _host = new BlobHost(settings, strategy, Simulation, costs);
        _device = new VirtioGpuDevice(settings.HostmemBytes, this);
        _host.Device = _device;
        _slots = new GpuBuffer?[settings.Buffers];
        _freeVcpus = settings.Vcpus;
    }

    /// <summary>Simulated time.</summary>
    public Simulation Simulation { get; } = new();

    /// <summary>The host's side.</summary>
    internal BlobHost Host => _host;

    /// <summary>Why a strategy cannot be had on a machine, or <see langword="null"/>.</summary>
    public static string? ProblemOf(XenSettings settings, Strategy strategy)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(strategy);
        if (settings.GuestIommu == GuestIommu.Shared && settings.Dom0 == Dom0Mode.PvhNptMirrored) return "an AMD IOMMU cannot walk a p2m; use guestIommu own";
        if (settings.GuestIommu == GuestIommu.Shared && strategy.RamType == P2mType.Lent)
            return $"the strategy '{strategy.Id}' keeps lent pages from the guest's devices, which reach everything in a p2m that their IOMMU walks; use guestIommu own";
        if (settings.Dom0 == Dom0Mode.Pv) return strategy.OnPv ? null : $"the strategy '{strategy.Id}' changes dom0's physical-to-machine map, which a PV dom0 does not have; use a PVH dom0";
        return strategy.OnPvh ? null : $"the strategy '{strategy.Id}' is about the scattered frames of a PV dom0; use dom0 pv";
    }

    /// <summary>Runs the workload.</summary>
    /// <param name="progress">Told how many simulated seconds are done.</param>
    /// <param name="cancellation">Looked at often.</param>
    public XenRunResult Run(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Begin();
        var end = (long)(_settings.Seconds * 1e9);
        for (var sample = 1; sample <= Samples; sample++)
        {
            for (var part = 1; part <= 10; part++)
            {
                cancellation.ThrowIfCancellationRequested();
                Simulation.RunUntil((long)((decimal)end * (((sample - 1) * 10) + part) / (Samples * 10)));
                progress?.Report(Simulation.Now / 1e9);
            }

            _samples.Add(new LeafSample(Simulation.Now / 1e9, _host.Dom0.P2m?.Leaves ?? default, _host.Guest.P2m!.Leaves, _host.Dom0.Iommu?.Leaves ?? default));
        }

        return Result();
    }

    /// <summary>Lets all buffers die and what is under way end.</summary>
    public void End()
    {
        _ending = true;
        Simulation.RunOut();
    }

    /// <summary>What came of it so far.</summary>
    public XenRunResult Result() => XenRunResult.Of(_settings, _host, [.. _samples], Simulation.Now / 1e9);

    /// <inheritdoc/>
    public void Dispose() => _host.Dispose();

    /// <inheritdoc/>
    bool IBlobMemory.TryCreate(uint resourceId, in BlobCommand command)
    {
        var pages = MachineBuilder.PagesOf(command.Bytes);
        if (_host.Allocate(pages, _drawnVram) is not { } backing) return false;
        _host.Buffers.Add(resourceId, new GpuBuffer(resourceId, pages, backing));
        return true;
    }

    /// <inheritdoc/>
    MapCaching IBlobMemory.CachingOf(uint resourceId) => BlobHost.CachingOf(_host.Buffers[resourceId].Backing);

    /// <inheritdoc/>
    void IBlobMemory.Destroy(uint resourceId) => _host.Buffers.Remove(resourceId);

    /// <summary>Starts the processes of the workload.</summary>
    internal void Begin()
    {
        Simulation.Start(OnDom0(_host.Attach()));
        for (var slot = 0; slot < _slots.Length; slot++) Simulation.Start(Lives(slot, Stream(LivesStream + slot)));
        for (var vcpu = 0; vcpu < _settings.Vcpus && _settings.TouchesPerSecond > 0; vcpu++) Simulation.Start(Vcpu(Stream(VcpuStream + vcpu)));
        if (_settings.MigrationsPerSecond > 0) Simulation.Start(Bursts(Stream(0)));
        if (_settings.CollapseSeconds > 0) Simulation.Start(Passes());
    }

    /// <summary>Does work on one of dom0's vCPUs, once one is free.</summary>
    internal IEnumerable<Wait> OnDom0(IEnumerable<Wait> work)
    {
        while (_freeVcpus == 0) yield return Wait.For(_vcpuFreed);
        _freeVcpus--;
        foreach (var wait in work) yield return wait;
        _freeVcpus++;
        Simulation.Fire(_vcpuFreed);
    }

    /// <summary>Makes a buffer, as driver and device do it together.</summary>
    /// <returns>The buffer, not yet mapped, or <see langword="null"/>: refused.</returns>
    internal GpuBuffer? Create(ulong bytes, bool inVram)
    {
        _drawnVram = inVram;
        var id = ++_lastId;
        var home = _host.Strategy.Home;
        var memory = home == BufferHome.Guest ? BlobMemory.Guest : home == BufferHome.VramOrGuestRegion ? BlobMemory.Host3DGuest : BlobMemory.Host3D;
        var create = new BlobCommand(VirtioGpuCommand.ResourceCreateBlob, id)
        {
            Memory = memory,
            Uses = BlobUses.Mappable,
            Entries = memory == BlobMemory.Host3D ? 0u : 1u,
            BlobId = id,
            Bytes = bytes,
        };
        if (Send(create, out _) != VirtioGpuResponse.OkNoData)
        {
            _host.Counters.Refused++;
            return null;
        }

        var buffer = _host.Buffers[id];
        if (memory == BlobMemory.Guest) return Counted(buffer);
        if (_host.TakeHostmem(buffer.Pages) is not { } hostmem)
        {
            _host.GiveMemory(buffer.Backing);
            Send(new BlobCommand(VirtioGpuCommand.ResourceUnref, id), out _);
            _host.Counters.Refused++;
            return null;
        }

        buffer.Hostmem = hostmem;
        var place = home == BufferHome.Pool ? _host.GuestFrameOf(buffer) : hostmem;
        var answer = Send(new BlobCommand(VirtioGpuCommand.ResourceMapBlob, id) { Offset = (place.Value - BlobHost.HostmemStart.Value) << Pfn.Shift }, out var caching);
        if (answer != VirtioGpuResponse.OkMapInfo) throw new InvalidOperationException($"the device refuses what the driver may ask: {answer}");
        buffer.Caching = caching;
        return Counted(buffer);
    }

    /// <summary>Maps a buffer that was made.</summary>
    internal IEnumerable<Wait> Bring(GpuBuffer buffer)
    {
        foreach (var wait in OnDom0(_host.Map(buffer))) yield return wait;
        _host.Settle(buffer);
    }

    /// <summary>Destroys a buffer.</summary>
    internal IEnumerable<Wait> Destroy(GpuBuffer buffer)
    {
        while (buffer.IsMoving) yield return Wait.For(buffer.Settled);
        if (buffer.IsDead) yield break;
        buffer.IsMoving = true;
        if (_device.StateOf(buffer.ResourceId) != BlobState.Created) Send(new BlobCommand(VirtioGpuCommand.ResourceUnmapBlob, buffer.ResourceId), out _);
        foreach (var wait in OnDom0(_host.Unmap(buffer))) yield return wait;
        _host.GiveHostmem(buffer);
        Send(new BlobCommand(VirtioGpuCommand.ResourceUnref, buffer.ResourceId), out _);
        buffer.IsDead = true;
        _host.Settle(buffer);
    }

    /// <summary>A vCPU uses a stretch of a buffer.</summary>
    internal IEnumerable<Wait> Touch(GpuBuffer buffer, ulong first, ulong pages)
    {
        _host.Counters.Touches++;
        for (var page = first; page < first + pages && !buffer.IsDead;)
        {
            if (_host.Guest.P2m!.Follow(_host.GuestFrameOf(buffer) + page, out var leaf))
            {
                page += leaf.Size.Pages - ((_host.GuestFrameOf(buffer) + page).Value & (leaf.Size.Pages - 1));
                continue;
            }

            var begun = Simulation.Now;
            _host.Counters.GuestFaults++;
            _host.Guest.VcpuPauses++;
            yield return new Wait(_host.Guest.Lock.Read(begun) + (long)(_host.Xen.Costs.Fault + _host.Xen.Costs.Pause));
            if (!buffer.IsMoving && _host.Strategy.FaultsIn)
            {
                foreach (var wait in OnDom0(_host.FaultIn(buffer, page))) yield return wait;
            }

            while (buffer.IsMoving && !buffer.IsDead) yield return Wait.For(buffer.Settled);
            _host.Counters.StallNanoseconds += Simulation.Now - begun;
        }
    }

    private GpuBuffer Counted(GpuBuffer buffer)
    {
        _host.Counters.Created++;
        return buffer;
    }

    private VirtioGpuResponse Send(in BlobCommand command, out MapCaching caching)
    {
        Span<byte> request = stackalloc byte[BlobWire.BytesOf(VirtioGpuCommand.ResourceCreateBlob)];
        Span<byte> response = stackalloc byte[BlobWire.LargestResponseBytes];
        var bytes = _device.Execute(request[..BlobWire.Write(command, request)], response);
        caching = bytes == BlobWire.LargestResponseBytes ? (MapCaching)response[BlobWire.HeaderBytes] : MapCaching.None;
        return (VirtioGpuResponse)(response[0] | (response[1] << 8));
    }

    /// <summary>Every process draws for itself: so a workload is the same whatever a strategy does in between.</summary>
    private Random Stream(int number) => new(unchecked((_settings.Seed * 7919) ^ (number * 104729)));

    private static double Exponential(Random random, double mean) => -Math.Log(1 - random.NextDouble()) * mean;

    private ulong DrawnBytes(Random random)
    {
        var (least, most) = (Math.Log(_settings.SmallestBytes), Math.Log(_settings.LargestBytes));
        return (ulong)Math.Round(Math.Exp(least + ((most - least) * random.NextDouble())) / PageSize.Size4K.Bytes) << Pfn.Shift;
    }

    /// <summary>One buffer after the other.</summary>
    private IEnumerable<Wait> Lives(int slot, Random random)
    {
        while (!_ending)
        {
            var buffer = Create(DrawnBytes(random), random.NextDouble() < _settings.VramShare);
            if (buffer is not null)
            {
                foreach (var wait in Bring(buffer)) yield return wait;
                _slots[slot] = buffer;
            }

            yield return new Wait(Simulation.Now + (long)(Exponential(random, _settings.LifetimeSeconds) * 1e9) + 1);
            _slots[slot] = null;
            if (buffer is null) continue;
            foreach (var wait in Destroy(buffer)) yield return wait;
        }
    }

    private IEnumerable<Wait> Bursts(Random random)
    {
        while (!_ending)
        {
            yield return new Wait(Simulation.Now + (long)(Exponential(random, _settings.Burst / _settings.MigrationsPerSecond) * 1e9) + 1);
            for (var i = 0; i < _settings.Burst && !_ending; i++)
            {
                if (Drawn(random) is { } buffer) Simulation.Start(OnDom0(_host.Migrate(buffer)));
            }
        }
    }

    private IEnumerable<Wait> Vcpu(Random random)
    {
        var period = 1e9 / _settings.TouchesPerSecond;
        yield return new Wait((long)(period * random.NextDouble()));
        while (!_ending)
        {
            if (Drawn(random) is { } buffer)
            {
                var pages = Math.Min(buffer.Pages, Math.Max(1, MachineBuilder.PagesOf(_settings.TouchBytes)));
                var first = (ulong)random.NextInt64((long)(buffer.Pages - pages) + 1);
                foreach (var wait in Touch(buffer, first, pages)) yield return wait;
            }

            yield return new Wait(Simulation.Now + (long)period);
        }
    }

    private IEnumerable<Wait> Passes()
    {
        while (!_ending)
        {
            yield return new Wait(Simulation.Now + (long)(_settings.CollapseSeconds * 1e9));
            foreach (var wait in OnDom0(_host.Collapse())) yield return wait;
        }
    }

    /// <summary>A buffer of the working set, or <see langword="null"/> where none is just now.</summary>
    private GpuBuffer? Drawn(Random random) => _slots[random.Next(Math.Clamp((int)Math.Ceiling(_settings.WorkingSet * _slots.Length), 1, _slots.Length))];
}
