using Fast.Linux;
using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// Boots the guest of a machine with several windows: the firmware sizes, writes the places that were found, and switches everything on, as SeaBIOS does; then Linux's core looks at it
/// all and keeps it. On Hyper-V each device has a bus of its own, which comes up like one that is plugged in.
/// </summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="guest">The guest's kernel.</param>
/// <param name="scenario">The windows, and what the kernel does.</param>
internal sealed class GuestStart(PciHierarchy pci, KernelVersion guest, RebalanceScenario scenario)
{
    private const uint Decode = CommandIo | CommandMemory;
    private static readonly BusRange Low = new(0x8000_0000, 0xFEBF_FFFF);
    private readonly LinuxBarWriter _barWriter = new(pci);
    private readonly LinuxWindowWriter _windowWriter = new(pci);

    /// <summary>Boots.</summary>
    /// <param name="devices">Devices; those with a place get it.</param>
    /// <param name="sharedPorts">The port of each window that has one for all, closed or not.</param>
    public void Run(IReadOnlyCollection<RebalanceDevice> devices, IReadOnlyDictionary<WindowPlan, PciBridge> sharedPorts)
    {
        pci.Cause = MapCause.Firmware;
        var span = new BusRange(scenario.Windows.Min(window => window.Range.Start), scenario.Windows.Max(window => window.Range.Last));
        var hostBridge = new HostBridgeWindows(Low, span);
        var firmware = new Firmware(pci, hostBridge);
        foreach (var function in pci.Functions.ToList()) firmware.Size(function);
        foreach (var (bar, address) in devices.SelectMany(device => device.Placed).SelectMany(block => block.Bars))
            _barWriter.Write(bar.AsResource(), BusRange.Of(address, bar.Bytes), MapCause.Firmware);
        foreach (var port in pci.Functions.OfType<PciBridge>().ToList())
        {
            pci.Write(port, MemoryBase, 4, 0x0000FFF0);
            _windowWriter.Write(port.PrefetchableResource(WindowOf(port, devices, sharedPorts)));
        }

        foreach (var function in pci.Functions.Where(function => function.IsBridge).ToList()) pci.Write(function, Command, 2, Decode);
        foreach (var device in devices.Where(device => device.IsPlaced)) pci.Write(device.Function, Command, 2, Decode);
        new LinuxGuest(pci, guest, hostBridge, knowledge: scenario.Knowledge).Boot(function => devices.Any(device => device.Function == function && device.IsPlaced));
        // Linux sizes a window also for what then finds no place in it; nothing is behind it, so it is given back.
        foreach (var port in devices.Where(device => !device.IsPlaced).Select(device => device.Port).OfType<PciBridge>()) _windowWriter.Write(port.PrefetchableResource(null));
    }

    private static BusRange? WindowOf(PciBridge port, IReadOnlyCollection<RebalanceDevice> devices, IReadOnlyDictionary<WindowPlan, PciBridge> sharedPorts)
    {
        foreach (var (window, shared) in sharedPorts)
        {
            if (shared == port) return window.Range;
        }

        return devices.FirstOrDefault(device => device.Port == port && device.IsPlaced)?.Placed[0].Range;
    }
}
