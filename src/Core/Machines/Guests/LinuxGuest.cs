using Fast.Linux;
using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>A Linux guest, as far as its PCI core touches config space: what it does while it boots, when a device is plugged in, and when one goes.</summary>
public sealed class LinuxGuest
{
    private readonly PciHierarchy _pci;
    private readonly LinuxEnumeration _enumeration;
    private readonly LinuxResources _resources;
    private readonly HashSet<PciFunction> _enabled = [];
    private List<LinuxDevice> _rootBus = [];

    /// <summary>A guest.</summary>
    /// <param name="pci">What it runs on.</param>
    /// <param name="version">Its kernel.</param>
    /// <param name="windows">What the firmware's tables say that the root bus may use.</param>
    /// <param name="realloc">Started with <c>pci=realloc</c>.</param>
    /// <param name="knowledge">Which kernel does what; by default what the assembly carries.</param>
    public LinuxGuest(PciHierarchy pci, KernelVersion version, HostBridgeWindows windows, bool realloc = false, Knowledge? knowledge = null)
    {
        ArgumentNullException.ThrowIfNull(pci);
        ArgumentNullException.ThrowIfNull(windows);
        _pci = pci;
        _enumeration = new LinuxEnumeration(pci, (knowledge ?? Knowledge.Default).Behaviours.BatchesSizing(version));
        _resources = new LinuxResources(pci, windows, version, realloc);
    }

    /// <summary>Whether addresses that are set already are kept (<c>pcibios_resource_survey</c>); the bus of pci-hyperv has none of that.</summary>
    public bool KeepsFirmwareAddresses { get; init; } = true;

    /// <summary>BARs that found no place: their memory is not there for the driver.</summary>
    public IEnumerable<BarRegister> Unplaced => _resources.Homeless
        .Where(resource => !resource.IsWindow)
        .SelectMany(resource => resource.Device.Function.Bars.Where(bar => bar.Offset == resource.Offset));

    /// <summary>Windows of bridges that found no place, and what they would have taken: nothing behind them that belongs into one can be reached.</summary>
    public IEnumerable<(PciFunction Bridge, ulong Bytes, ulong Alignment)> UnplacedWindows =>
        _resources.Homeless.Where(resource => resource.IsWindow).Select(resource => (resource.Device.Function, resource.Bytes, resource.Alignment));

    /// <summary>Boots: finds everything, gives it places, and switches on what has a driver.</summary>
    /// <param name="hasDriver">Which endpoints have one; bridges always have.</param>
    public void Boot(Func<PciFunction, bool>? hasDriver = null)
    {
        _rootBus = _enumeration.Scan(_pci.RootBus);
        _resources.PlaceAll(_rootBus, KeepsFirmwareAddresses);
        foreach (var device in _rootBus.SelectMany(WithBehind).ToList())
        {
            if (device.IsBridge) EnablePort(device);
            else if (hasDriver?.Invoke(device.Function) == true) Enable(device);
        }
    }

    /// <summary>A device appeared behind a port: it is set up, placed in the port's windows as they stand, and switched on.</summary>
    public void HotPlug(PciFunction function)
    {
        var above = _pci.BridgesAbove(function)[^1];
        var port = _rootBus.SelectMany(WithBehind).First(device => device.Function == above);
        var device = _enumeration.SetUp(function, port);
        port.Behind.Add(device);
        _resources.PlacePlugged(device);
        Enable(device);
    }

    /// <summary>The driver of a device goes: decode and bus mastering go off.</summary>
    public void Remove(PciFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _pci.Cause = MapCause.Removal;
        var command = _pci.Read(function, Command, 2);
        _pci.Write(function, Command, 2, command & ~(CommandIo | CommandMemory | CommandMaster));
        _enabled.Remove(function);
    }

    /// <summary>The port's own driver: bus mastering, and MSI in place of INTx.</summary>
    private void EnablePort(LinuxDevice port)
    {
        EnableBridge(port);
        SetCommand(port.Function, CommandIntxDisable);
    }

    /// <summary>A driver's <c>pci_enable_device</c> and <c>pci_set_master</c>: the bridges above first; nothing is written that is set already.</summary>
    private void Enable(LinuxDevice device)
    {
        for (var above = device.Above; above is not null; above = above.Above) EnableBridge(above);
        _pci.Cause = MapCause.DriverEnable;
        if (device.Bars.Exists(bar => !bar.IsAssigned)) return;
        SetCommand(device.Function, DecodeOf(device));
        SetCommand(device.Function, CommandMaster);
        _enabled.Add(device.Function);
    }

    private void EnableBridge(LinuxDevice bridge)
    {
        if (!_enabled.Add(bridge.Function)) return;
        _pci.Cause = MapCause.DriverEnable;
        SetCommand(bridge.Function, DecodeOf(bridge));
        SetCommand(bridge.Function, CommandMaster);
    }

    private void SetCommand(PciFunction function, uint bits)
    {
        var command = _pci.Read(function, Command, 2);
        if ((command & bits) != bits) _pci.Write(function, Command, 2, command | bits);
    }

    private static uint DecodeOf(LinuxDevice device) => device.Bars.Concat(device.Windows).Where(resource => resource.IsAssigned)
        .Aggregate(0u, (bits, resource) => bits | (resource.Type == ResourceType.Io ? CommandIo : CommandMemory));

    private static IEnumerable<LinuxDevice> WithBehind(LinuxDevice device) => device.Behind.SelectMany(WithBehind).Prepend(device);
}
