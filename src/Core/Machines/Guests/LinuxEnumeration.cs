using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// Linux finds out what there is (<c>pci_scan_child_bus</c>): per function the INTx probe, the sizing of its BARs and, of a bridge, its windows; first all functions
/// of a bus, then the buses behind its bridges. Facts: how often decode is switched, and in which order registers are written.
/// </summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="isBatched">Whether all BARs of a function are sized with decode off once ("PCI: Batch BAR sizing operations").</param>
internal sealed class LinuxEnumeration(PciHierarchy pci, bool isBatched)
{
    private const uint ProbeIoWindow = 0xE0F0;
    private const uint ProbePrefetchableWindow = 0xFFE0FFF0;

    /// <summary>Scans a bus.</summary>
    public List<LinuxDevice> Scan(IEnumerable<PciFunction> bus, LinuxDevice? above = null)
    {
        var found = new List<LinuxDevice>();
        foreach (var function in bus) found.Add(SetUp(function, above));
        foreach (var device in found.Where(device => device.IsBridge))
        {
            device.Behind.AddRange(Scan(((PciBridge)device.Function).Behind, device));
        }

        return found;
    }

    /// <summary>One function (<c>pci_setup_device</c>).</summary>
    public LinuxDevice SetUp(PciFunction function, LinuxDevice? above)
    {
        var device = new LinuxDevice(function, above);
        pci.Cause = function.IsBridge ? MapCause.BridgeSizing : MapCause.EndpointSizing;
        ProbeIntx(function);
        ReadBases(device);
        if (function.IsBridge)
        {
            pci.Cause = MapCause.BridgeWindowProbe;
            ReadWindows(device);
        }

        if (function.Sriov is not null) SizeVirtualFunctions(function);
        return device;
    }

    /// <summary>Tries whether the INTx disable bit can be written; the other bits stay as they are.</summary>
    private void ProbeIntx(PciFunction function)
    {
        var command = pci.Read(function, Command, 2);
        pci.Write(function, Command, 2, command ^ CommandIntxDisable);
        if (((pci.Read(function, Command, 2) ^ command) & CommandIntxDisable) != 0) pci.Write(function, Command, 2, command);
    }

    private void ReadBases(LinuxDevice device)
    {
        var function = device.Function;
        if (isBatched)
        {
            // Each register is sized for itself, halves of 64-bit BARs too; they are put together afterwards.
            var sized = WithDecodeOff(function, () =>
            {
                var registers = new (uint Value, uint Mask)[function.BarSlots];
                for (var slot = 0; slot < registers.Length; slot++) registers[slot] = Size(function, Bar0 + (4 * slot), uint.MaxValue);
                Size(function, function.RomOffset, RomAddress);
                return registers;
            });
            for (var slot = 0; slot < sized.Length;)
            {
                var is64 = Is64(sized[slot]) && slot + 1 < sized.Length;
                Note(device, Bar0 + (4 * slot), sized[slot], is64 ? sized[slot + 1] : null);
                slot += is64 ? 2 : 1;
            }

            return;
        }

        for (var slot = 0; slot < function.BarSlots;)
        {
            var offset = Bar0 + (4 * slot);
            var (low, high) = WithDecodeOff(function, () => SizeBar(function, offset));
            Note(device, offset, low, high);
            slot += high is null ? 1 : 2;
        }

        WithDecodeOff(function, () => Size(function, function.RomOffset, RomAddress));
    }

    /// <summary>The BARs of virtual functions, which are off: before batched sizing the function's own decode is switched all the same (<c>sriov_init</c>).</summary>
    private void SizeVirtualFunctions(PciFunction function)
    {
        for (var slot = 0; slot < 6;)
        {
            var offset = SriovBar0 + (4 * slot);
            var (_, high) = isBatched ? SizeBar(function, offset) : WithDecodeOff(function, () => SizeBar(function, offset));
            slot += high is null ? 1 : 2;
        }
    }

    /// <summary>Runs something with memory and I/O decode off; a function that has both off, or that must not be switched, is left alone.</summary>
    private T WithDecodeOff<T>(PciFunction function, Func<T> action)
    {
        var command = pci.Read(function, Command, 2);
        var switches = !function.IsHostBridge && (command & (CommandIo | CommandMemory)) != 0;
        if (switches) pci.Write(function, Command, 2, command & ~(CommandIo | CommandMemory));
        var result = action();
        if (switches) pci.Write(function, Command, 2, command);
        return result;
    }

    private ((uint Value, uint Mask) Low, (uint Value, uint Mask)? High) SizeBar(PciFunction function, int offset)
    {
        var low = Size(function, offset, uint.MaxValue);
        return (low, Is64(low) ? Size(function, offset + 4, uint.MaxValue) : null);
    }

    private (uint Value, uint Mask) Size(PciFunction function, int offset, uint ones)
    {
        var value = pci.Read(function, offset, 4);
        pci.Write(function, offset, 4, value | ones);
        var mask = pci.Read(function, offset, 4);
        pci.Write(function, offset, 4, value);
        return (value, mask);
    }

    private static bool Is64((uint Value, uint Mask) register) => (register.Mask & 7) == 4;

    private static void Note(LinuxDevice device, int offset, (uint Value, uint Mask) low, (uint Value, uint Mask)? high)
    {
        if (low.Mask == 0) return;
        var isIo = (low.Mask & 1) != 0;
        var flags = isIo ? 3u : 0xF;
        var mask = (low.Mask & ~flags) | ((ulong)(high?.Mask ?? uint.MaxValue) << 32);
        var address = (low.Value & ~flags) | ((ulong)(high?.Value ?? 0) << 32);
        var bytes = ~mask + 1;
        device.Bars.Add(new LinuxResource
        {
            Device = device,
            Type = isIo ? ResourceType.Io : high is not null && (low.Mask & 8) != 0 ? ResourceType.Prefetchable : ResourceType.Memory,
            Offset = offset,
            Is64 = high is not null,
            Bytes = bytes,
            Alignment = bytes,
            Range = address == 0 ? null : BusRange.Of(address, bytes),
        });
    }

    /// <summary>What the windows are, and whether the prefetchable one has 64 bits (<c>pci_read_bridge_windows</c>).</summary>
    private void ReadWindows(LinuxDevice device)
    {
        var bridge = (PciBridge)device.Function;
        if (pci.Read(bridge, IoBase, 2) == 0)
        {
            pci.Write(bridge, IoBase, 2, ProbeIoWindow);
            pci.Write(bridge, IoBase, 2, 0);
        }

        if (pci.Read(bridge, PrefetchableBase, 4) == 0)
        {
            pci.Write(bridge, PrefetchableBase, 4, ProbePrefetchableWindow);
            pci.Write(bridge, PrefetchableBase, 4, 0);
        }

        var upper = pci.Read(bridge, PrefetchableBaseUpper, 4);
        pci.Write(bridge, PrefetchableBaseUpper, 4, uint.MaxValue);
        pci.Write(bridge, PrefetchableBaseUpper, 4, upper);
        Window(ResourceType.Io, bridge.IoWindow);
        Window(ResourceType.Memory, bridge.MemoryWindow);
        Window(ResourceType.Prefetchable, bridge.PrefetchableWindow);

        // A window from 0 on is one that nobody has set.
        void Window(ResourceType type, BusRange? range) => device.Windows.Add(new LinuxResource
        {
            Device = device,
            Type = type,
            Is64 = type == ResourceType.Prefetchable,
            Range = range is { Start: 0 } ? null : range,
            Bytes = range is { Start: not 0 } set ? set.Bytes : 0,
        });
    }
}
