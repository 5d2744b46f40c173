using Fast.Linux;
using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>Which <c>prepopulate_bars</c> a guest's pci-hyperv has.</summary>
public enum PrepopulateBars
{
    /// <summary>Before 5.19 (and the stable updates of July 2025): it switches memory decode on at its end.</summary>
    SetsMemory,

    /// <summary>Since: decode stays off until the driver comes.</summary>
    LeavesMemoryOff,
}

/// <summary>
/// A PCI bus of Hyper-V (vPCI) and the guest's driver for it. The host maps a virtual BAR to the physical one when memory decode goes on, unmaps it when it goes off, and ignores
/// writes to a BAR while it is on. Steps: kernel.md's reading of pci-hyperv; each that touches config space is executed.
/// </summary>
public sealed class HyperVBus
{
    private const ulong Gigabyte = 1UL << 30;
    private static readonly BusRange LowWindow = new(0xC000_0000, 0xFEBF_FFFF);
    private static readonly BusRange HighWindow = BusRange.Of(0x10_0000_0000, 1UL << 46);

    private readonly PciHierarchy _pci;
    private readonly PrepopulateBars _prepopulate;
    private readonly LinuxGuest _guest;
    private readonly List<string> _steps = [];

    /// <summary>A bus with the functions that the host offers on it.</summary>
    public HyperVBus(PciHierarchy pci, KernelVersion guestKernel, PrepopulateBars prepopulate, Knowledge? knowledge = null)
    {
        ArgumentNullException.ThrowIfNull(pci);
        _pci = pci;
        _prepopulate = prepopulate;
        // The driver gives the bus its windows; nothing is claimed of what it put into the BARs, so the core assigns everything anew.
        _guest = new LinuxGuest(pci, guestKernel, new HostBridgeWindows(LowWindow, HighWindow), knowledge: knowledge) { KeepsFirmwareAddresses = false };
    }

    /// <summary>The steps of the channel, in order.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>The channel comes up, the BARs are placed, the core scans, drivers enable.</summary>
    /// <param name="hasDriver">Whether the functions have a driver in the guest.</param>
    public void Probe(bool hasDriver = true)
    {
        _steps.AddRange(["protocol version", "query bus relations", "query resource requirements", "allocate MMIO windows", "bus D0 entry"]);
        PlaceBars();
        _steps.AddRange(["resources assigned", "scan root bus"]);
        _guest.Boot(_ => hasDriver);
        _steps.Add("drivers probed");
    }

    /// <summary>The host ejects a function: its driver goes, decode goes off and the host unmaps, then it is gone.</summary>
    public void Eject(PciFunction function)
    {
        _steps.Add("eject");
        _guest.Remove(function);
        _pci.Unplug(function);
        _steps.Add("ejection complete");
    }

    /// <summary>After hibernation the host's registers hold what they held; the BARs can be written only because decode is switched off first.</summary>
    public void Resume()
    {
        _steps.Add("bus D0 entry");
        PlaceBars();
        _steps.Add("resources assigned");
    }

    /// <summary>Gives the BARs places, from the largest power of two down (<c>prepopulate_bars</c>).</summary>
    private void PlaceBars()
    {
        _steps.Add("prepopulate BARs");
        _pci.Cause = MapCause.HypervisorBus;
        var functions = _pci.Functions.ToArray();
        foreach (var function in functions) SetMemory(function, on: false);
        var (low, high) = (new AddressPool(LowWindow), new AddressPool(HighWindow));
        foreach (var bar in functions.SelectMany(function => function.Bars).Where(bar => bar is { Kind: not BarKind.IoPorts, IsOfVirtualFunctions: false }).OrderByDescending(bar => bar.Bytes))
        {
            var is64 = bar.Kind == BarKind.Memory64;
            var place = is64 ? high.Allocate(bar.Bytes, bar.Bytes, HostBridgeWindows.Above4G) : low.Allocate(bar.Bytes, bar.Bytes, HostBridgeWindows.Below4G);
            if (place is not { } range) throw new ArgumentException($"{bar} of {bar.Bytes / Gigabyte} GiB does not fit the bus's windows");
            _pci.Write(bar.Function, bar.Offset, 4, (uint)range.Start);
            if (is64) _pci.Write(bar.Function, bar.Offset + 4, 4, (uint)(range.Start >> 32));
        }

        if (_prepopulate != PrepopulateBars.SetsMemory) return;
        foreach (var function in functions) SetMemory(function, on: true);
    }

    private void SetMemory(PciFunction function, bool on)
    {
        var command = _pci.Read(function, Command, 2);
        _pci.Write(function, Command, 2, on ? command | CommandMemory : command & ~CommandMemory);
    }
}
