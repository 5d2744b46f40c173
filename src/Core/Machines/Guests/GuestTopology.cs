using System.Globalization;

namespace Fast.Machines;

/// <summary>Builds the usual guest: a q35 whose devices are each behind ports of their own.</summary>
public static class GuestTopology
{
    private const ulong PortBarBytes = 4096;
    private const int ClassOf3DController = 0x0302;

    /// <summary>A hierarchy with these devices.</summary>
    /// <param name="devices">The BARs of each.</param>
    /// <param name="bridgesAbove">Bridges above each: 0 puts it on the root bus, 1 behind a root port, 3 behind a switch below a root port.</param>
    /// <param name="emptyPorts">Ports with nothing behind them.</param>
    public static PciHierarchy Of(IEnumerable<IReadOnlyCollection<BarDeclaration>> devices, int bridgesAbove = 1, int emptyPorts = 0)
    {
        var rootBus = new List<PciFunction> { new("00:00.0") { ClassCode = 0x0600 } };
        for (var port = 0; port < emptyPorts; port++) rootBus.Add(Port(Slot(0, rootBus.Count), []));
        var bus = emptyPorts;
        foreach (var bars in devices)
        {
            bus += Math.Max(bridgesAbove, 1);
            PciFunction function = new(bridgesAbove == 0 ? Slot(0, rootBus.Count) : Slot(bus, 0), [.. bars]) { ClassCode = ClassOf3DController };
            for (var above = bridgesAbove - 1; above >= 0; above--)
                function = Port(above == 0 ? Slot(0, rootBus.Count) : Slot(bus - bridgesAbove + above, 0), [function]);
            rootBus.Add(function);
        }

        return new PciHierarchy(rootBus);
    }

    /// <summary>A hierarchy of empty ports that devices can be plugged into; below the first of a chain lie the others.</summary>
    public static PciHierarchy OfEmptyPorts(int ports, int bridgesAbove = 1)
    {
        var rootBus = new List<PciFunction> { new("00:00.0") { ClassCode = 0x0600 } };
        for (var port = 0; port < ports; port++)
        {
            var bus = 1 + (port * bridgesAbove);
            PciBridge? below = null;
            for (var above = bridgesAbove - 1; above >= 0; above--)
                below = Port(above == 0 ? Slot(0, rootBus.Count) : Slot(bus + above - 1, 0), below is null ? [] : [below]);
            rootBus.Add(below!);
        }

        return new PciHierarchy(rootBus);
    }

    /// <summary>Plugs a device into each empty port of <see cref="OfEmptyPorts"/>, one after the other.</summary>
    /// <param name="pci">The hierarchy.</param>
    /// <param name="guest">The kernel that has booted on it.</param>
    /// <param name="devices">The BARs of each.</param>
    public static void Plug(PciHierarchy pci, LinuxGuest guest, IEnumerable<BarDeclaration[]> devices)
    {
        ArgumentNullException.ThrowIfNull(pci);
        ArgumentNullException.ThrowIfNull(guest);
        var ports = pci.Functions.OfType<PciBridge>().Where(port => port.Behind.Count == 0).ToArray();
        foreach (var (bars, number) in devices.Select((bars, number) => (bars, number)))
        {
            var function = new PciFunction(string.Create(CultureInfo.InvariantCulture, $"plugged {number + 1}"), bars) { ClassCode = ClassOf3DController };
            pci.Plug(ports[number], function);
            guest.HotPlug(function);
        }
    }

    private static PciBridge Port(string name, IEnumerable<PciFunction> behind) =>
        new(name, behind, BarDeclaration.Memory32(0, PortBarBytes)) { IsHotPlug = true };

    private static string Slot(int bus, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{bus:x2}:{number:x2}.0");
}
