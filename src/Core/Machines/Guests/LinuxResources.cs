using Fast.Linux;
using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// Linux gives everything a place: what the firmware set is kept where it fits (<c>pcibios_resource_survey</c>), the rest is placed largest first
/// (<c>pci_assign_unassigned_resources</c>), with <c>pci=realloc</c> once more from the bridges on; then every bridge's windows are written, set before or not.
/// </summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="windows">What the root bus may use.</param>
/// <param name="version">The kernel.</param>
/// <param name="realloc">Whether the kernel was started with <c>pci=realloc</c>.</param>
internal sealed class LinuxResources(PciHierarchy pci, HostBridgeWindows windows, KernelVersion version, bool realloc)
{
    /// <summary>The first release that makes windows as tight as what lies in them allows.</summary>
    private static readonly KernelVersion TightWindows = new(7, 0);

    private readonly AddressPool _rootIo = new(windows.Io);
    private readonly AddressPool _rootMemory = new(windows.Memory64 is { } high ? [windows.Memory32, high] : [windows.Memory32]);
    private readonly LinuxWindowWriter _writer = new(pci);
    private readonly LinuxBarWriter _barWriter = new(pci);

    /// <summary>Resources that have no place.</summary>
    public List<LinuxResource> Homeless { get; } = [];

    /// <summary>Places everything on the root bus and below.</summary>
    public void PlaceAll(IReadOnlyList<LinuxDevice> rootBus, bool keepsFirmwareAddresses)
    {
        if (keepsFirmwareAddresses)
        {
            foreach (var device in rootBus) ClaimWindows(device);
            ClaimBars(rootBus, enabled: true);
            ClaimBars(rootBus, enabled: false);
        }

        Place(rootBus);
        if (realloc && Homeless.Count > 0)
        {
            Release(rootBus);
            Homeless.Clear();
            Place(rootBus);
        }
    }

    /// <summary>Places a device that was plugged in behind a bridge whose windows stand.</summary>
    public void PlacePlugged(LinuxDevice device) => AssignBars([device]);

    private void ClaimWindows(LinuxDevice device)
    {
        foreach (var window in device.Windows.Where(window => window.Range is not null)) Claim(window);
        foreach (var behind in device.Behind) ClaimWindows(behind);
    }

    /// <summary>Functions that decode already come first; the others take what is left.</summary>
    private void ClaimBars(IEnumerable<LinuxDevice> bus, bool enabled)
    {
        foreach (var device in bus)
        {
            foreach (var bar in device.Bars.Where(bar => bar is { Range: not null, IsAssigned: false }))
            {
                var decodes = bar.Type == ResourceType.Io ? device.Function.DecodesIo : device.Function.DecodesMemory;
                if (decodes == enabled) Claim(bar);
            }

            ClaimBars(device.Behind, enabled);
        }
    }

    private void Claim(LinuxResource resource)
    {
        var range = resource.Range!.Value;
        foreach (var pool in PoolsFor(resource))
        {
            if (!pool.TryClaim(range)) continue;
            Settle(resource, range);
            return;
        }

        resource.Range = null;
    }

    private void Place(IReadOnlyList<LinuxDevice> bus)
    {
        foreach (var device in bus) SizeWindows(device);
        AssignBus(bus);
    }

    /// <summary>
    /// A window without a place needs what lies in it. A port that devices can be plugged into would like some room besides (hpiosize, hpmmiosize, hpmmioprefsize).
    /// </summary>
    private void SizeWindows(LinuxDevice device)
    {
        foreach (var behind in device.Behind) SizeWindows(behind);
        foreach (var window in device.Windows.Where(window => !window.IsAssigned))
        {
            var inside = device.Behind.SelectMany(behind => behind.Bars.Concat(behind.Windows)).Where(resource => !resource.IsAssigned && resource.Bytes > 0 && BelongsInto(resource, window));
            var granule = window.Type == ResourceType.Io ? 1UL << 12 : 1UL << 20;
            var sizes = ByAlignment(inside).Select(resource => (resource.Bytes, resource.Alignment));
            var isTight = version >= TightWindows || window.Type == ResourceType.Io;
            (window.Bytes, window.Alignment) = isTight ? BridgeWindowSizing.Tight(sizes, granule) : BridgeWindowSizing.Halved(sizes, granule);
            window.OptionalBytes = device.Function is PciBridge { IsHotPlug: true } ? Math.Max(window.Bytes, window.Type == ResourceType.Io ? granule : 2 * granule) : window.Bytes;
        }
    }

    private void AssignBus(IReadOnlyList<LinuxDevice> bus)
    {
        AssignBars(bus);
        foreach (var bridge in bus.Where(device => device.IsBridge))
        {
            AssignBus(bridge.Behind);
            pci.Cause = MapCause.BridgeWindowRewrite;
            _writer.WriteAll(bridge);
        }
    }

    /// <summary>
    /// Places what has no place, first with all that is wanted besides. Where not everything fits so, that is left out, and what then is free is shared out to it
    /// (<c>__assign_resources_sorted</c>).
    /// </summary>
    private void AssignBars(IReadOnlyList<LinuxDevice> bus)
    {
        LinuxResource[] wanted = [.. ByAlignment(bus.SelectMany(device => device.Bars.Concat(device.Windows)).Where(resource => !resource.IsAssigned && Math.Max(resource.Bytes, resource.OptionalBytes) > 0))];
        if (!wanted.All(TryPlaceWhole))
        {
            foreach (var resource in wanted.Where(resource => resource.IsAssigned)) GiveBack(resource);
            foreach (var resource in wanted.Where(resource => resource.Bytes > 0))
            {
                if (!TryPlace(resource, resource.Bytes)) Homeless.Add(resource);
            }

            foreach (var resource in wanted.Where(resource => resource.Bytes == 0)) TryPlaceWhole(resource);
        }

        foreach (var resource in wanted.Where(resource => resource is { IsAssigned: true, IsWindow: false })) _barWriter.Write(resource, resource.Range!.Value);
    }

    private bool TryPlaceWhole(LinuxResource resource) => TryPlace(resource, Math.Max(resource.Bytes, resource.OptionalBytes));

    private bool TryPlace(LinuxResource resource, ulong bytes)
    {
        if (PoolsFor(resource).Select(pool => Allocate(pool, resource, bytes)).FirstOrDefault(range => range is not null) is not { } place) return false;
        Settle(resource, place);
        return true;
    }

    private static BusRange? Allocate(AddressPool pool, LinuxResource resource, ulong bytes)
    {
        var high = resource.Is64 ? pool.Allocate(bytes, resource.Alignment, HostBridgeWindows.Above4G) : null;
        return high ?? pool.Allocate(bytes, resource.Alignment, HostBridgeWindows.Below4G);
    }

    private static void Settle(LinuxResource resource, BusRange range)
    {
        resource.Range = range;
        resource.IsAssigned = true;
        if (resource.IsWindow) resource.Device.Pools[(int)resource.Type] = new AddressPool(range);
    }

    /// <summary>Windows on the way to something without a place are closed and given back with all that lies in them (<c>pci_bus_release_bridge_resources</c>).</summary>
    private void Release(IReadOnlyList<LinuxDevice> rootBus)
    {
        var types = Homeless.Select(resource => resource.Type).ToHashSet();
        var ports = Homeless.Select(resource => RootOf(resource.Device)).Where(rootBus.Contains).ToHashSet();
        foreach (var port in ports.Where(port => port.IsBridge)) Release(port, types);
    }

    private void Release(LinuxDevice bridge, HashSet<ResourceType> types)
    {
        foreach (var behind in bridge.Behind)
        {
            foreach (var bar in behind.Bars.Where(bar => types.Contains(bar.Type) && bar.IsAssigned)) GiveBack(bar);
            if (behind.IsBridge) Release(behind, types);
        }

        foreach (var window in bridge.Windows.Where(window => types.Contains(window.Type) && window.IsAssigned))
        {
            GiveBack(window);
            bridge.Pools[(int)window.Type] = null;
            pci.Cause = MapCause.BridgeWindowRewrite;
            _writer.Write(window);
        }
    }

    private void GiveBack(LinuxResource resource)
    {
        foreach (var pool in PoolsFor(resource)) pool.Release(resource.Range!.Value);
        resource.Range = null;
        resource.IsAssigned = false;
    }

    /// <summary>Where a resource may lie, the best place first. On the root bus all memory is one; a prefetchable resource may lie in a plain window, not the other way round.</summary>
    private IEnumerable<AddressPool> PoolsFor(LinuxResource resource)
    {
        if (resource.Device.Above is not { } bridge) return [resource.Type == ResourceType.Io ? _rootIo : _rootMemory];
        AddressPool?[] pools = resource.Type == ResourceType.Prefetchable
            ? [bridge.Pools[(int)ResourceType.Prefetchable], bridge.Pools[(int)ResourceType.Memory]]
            : [bridge.Pools[(int)resource.Type]];
        return pools.OfType<AddressPool>();
    }

    private static bool BelongsInto(LinuxResource resource, LinuxResource window) => resource.Type == window.Type;

    private static IOrderedEnumerable<LinuxResource> ByAlignment(IEnumerable<LinuxResource> resources) => resources.ToList().OrderByDescending(resource => resource.Alignment);

    private static LinuxDevice RootOf(LinuxDevice device) => device.Above is { } above ? RootOf(above) : device;

    private static ulong RoundUp(ulong value, ulong alignment) => (value + (alignment - 1)) & ~(alignment - 1);
}
