using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>How a guest takes a device in that comes while it runs. Every config access of its PCI core, and of pci-hyperv, is executed.</summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="batchesSizing">Whether the guest's kernel sizes all BARs of a function with decode off once.</param>
/// <param name="prepopulate">On Hyper-V, which pci-hyperv; <see langword="null"/> elsewhere.</param>
internal sealed class GuestIntake(PciHierarchy pci, bool batchesSizing, PrepopulateBars? prepopulate)
{
    private readonly LinuxEnumeration _enumeration = new(pci, batchesSizing);
    private readonly LinuxBarWriter _barWriter = new(pci);
    private readonly LinuxWindowWriter _windowWriter = new(pci);

    /// <summary>A device that has a place: on Hyper-V its bus puts the addresses in first; then it is sized, placed and switched on.</summary>
    public void Admit(RebalanceDevice device)
    {
        var function = device.Function;
        if (device.Port is { } port)
        {
            pci.Cause = MapCause.BridgeWindowRewrite;
            _windowWriter.Write(port.PrefetchableResource(device.Placed[0].Range));
            SetCommand(port, CommandMemory | CommandMaster);
        }

        if (prepopulate is { } kind) Prepopulate(device, kind);
        _enumeration.SetUp(function, null);
        foreach (var (bar, address) in device.Placed.SelectMany(block => block.Bars)) _barWriter.Write(bar.AsResource(), BusRange.Of(address, bar.Bytes));
        pci.Cause = MapCause.DriverEnable;
        SetCommand(function, CommandMemory);
        SetCommand(function, CommandMaster);
    }

    /// <summary>A device that found no place: Linux knows it and leaves it off; Hyper-V's driver gives its bus up before anything is read.</summary>
    public void Discover(PciFunction function)
    {
        if (prepopulate is null) _enumeration.SetUp(function, null);
    }

    /// <summary>A device goes: its driver is removed, decode goes off, and its port is closed.</summary>
    public void Remove(RebalanceDevice device)
    {
        pci.Cause = MapCause.Removal;
        var command = pci.Read(device.Function, Command, 2);
        pci.Write(device.Function, Command, 2, command & ~(CommandIo | CommandMemory | CommandMaster));
        if (device.Port is { } port) _windowWriter.Write(port.PrefetchableResource(null));
    }

    /// <summary>Chooses the size of a BAR; its function is off.</summary>
    public void Resize(BarRegister bar, ulong bytes)
    {
        var function = bar.Function;
        pci.Cause = MapCause.Rebalance;
        for (var i = 0; i < function.ResizableBars.Length; i++)
        {
            if (function.ResizableBars[i].Slot != bar.Slot) continue;
            var control = ResizableBarCapability + 8 + (8 * i);
            var exponent = (uint)System.Numerics.BitOperations.Log2(bytes >> 20);
            pci.Write(function, control, 4, (pci.Read(function, control, 4) & ~0x3F00u) | (exponent << 8));
        }
    }

    /// <summary><c>prepopulate_bars</c> of the device's bus.</summary>
    private void Prepopulate(RebalanceDevice device, PrepopulateBars kind)
    {
        pci.Cause = MapCause.HypervisorBus;
        var function = device.Function;
        var command = pci.Read(function, Command, 2);
        pci.Write(function, Command, 2, command & ~CommandMemory);
        foreach (var (bar, address) in device.Placed.SelectMany(block => block.Bars).OrderByDescending(bar => bar.Bar.Bytes))
        {
            pci.Write(function, bar.Offset, 4, (uint)address);
            pci.Write(function, bar.Offset + 4, 4, (uint)(address >> 32));
        }

        if (kind == PrepopulateBars.SetsMemory) SetCommand(function, CommandMemory);
    }

    private void SetCommand(PciFunction function, uint bits)
    {
        var command = pci.Read(function, Command, 2);
        if ((command & bits) != bits) pci.Write(function, Command, 2, command | bits);
    }
}
