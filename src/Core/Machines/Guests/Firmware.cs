using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>What runs before the guest's kernel.</summary>
public enum FirmwareKind
{
    /// <summary>Nothing: BARs have no address, decode is off.</summary>
    None,

    /// <summary>SeaBIOS: places BARs and switches decode on, once.</summary>
    SeaBios,

    /// <summary>OVMF: looks three times, places, tries attributes, and switches devices on, off and on again.</summary>
    Ovmf,
}

/// <summary>Firmware of a guest, as far as it touches config space. The order of command writes is that of the traces (SeaBIOS 1.16, OVMF 2022.11).</summary>
/// <param name="pci">The hierarchy.</param>
/// <param name="windows">What the host bridge may use.</param>
public sealed class Firmware(PciHierarchy pci, HostBridgeWindows windows)
{
    private const uint Decode = CommandIo | CommandMemory;
    private const uint DecodeAndMaster = Decode | CommandMaster;
    private const uint SystemError = 0x100;

    // QEMU's ports ask for room behind them that OVMF grants: seen in the windows of the DGX H100 log's empty ports.
    private const ulong OvmfReservedLow = 2 << 20;

    /// <summary>What OVMF keeps free above 4 GiB behind each port that devices can be plugged into.</summary>
    public ulong PortReserve { get; init; } = 32UL << 30;

    /// <summary>Runs one.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="leavesDecodeOff">It places BARs but hands over with the decode of all endpoints off.</param>
    public void Run(FirmwareKind kind, bool leavesDecodeOff = false)
    {
        pci.Cause = MapCause.Firmware;
        if (kind == FirmwareKind.SeaBios) RunSeaBios(leavesDecodeOff);
        else if (kind == FirmwareKind.Ovmf) RunOvmf(leavesDecodeOff);
    }

    private void RunSeaBios(bool leavesDecodeOff)
    {
        foreach (var function in pci.Functions) Size(function);
        new FirmwarePlacement(pci, windows).PlaceAll();
        foreach (var function in pci.Functions.Where(function => function.IsBridge || !leavesDecodeOff))
            pci.Write(function, Command, 2, Decode | SystemError);
    }

    private void RunOvmf(bool leavesDecodeOff)
    {
        const int Looks = 3;
        for (var look = 0; look < Looks; look++)
        {
            foreach (var function in pci.Functions) Look(function);
        }

        new FirmwarePlacement(pci, windows) { ReservedLow = OvmfReservedLow, ReservedHigh = PortReserve }.PlaceAll();
        TryAttributes(pci.RootBus);
        foreach (var bridge in pci.Functions.Where(function => function.IsBridge)) pci.Write(bridge, Command, 2, DecodeAndMaster);
        if (leavesDecodeOff) return;
        SwitchOn(pci.RootBus, Decode);
        SwitchOff(pci.RootBus);
        SwitchOn(pci.RootBus, DecodeAndMaster);
        SwitchOn(pci.RootBus, DecodeAndMaster);
    }

    private void Look(PciFunction function)
    {
        pci.Write(function, Command, 2, 0);
        Size(function);
        if (!function.IsBridge) return;
        // Windows are closed: base at the top, limit at 0.
        pci.Write(function, MemoryBase, 2, 0xFFFF);
        pci.Write(function, MemoryLimit, 2, 0);
        pci.Write(function, PrefetchableBase, 2, 0xFFFF);
        pci.Write(function, PrefetchableLimit, 2, 0);
        pci.Write(function, PrefetchableBaseUpper, 4, uint.MaxValue);
        pci.Write(function, PrefetchableLimitUpper, 4, 0);
    }

    /// <summary>Sizes every register of BARs, whatever is behind it.</summary>
    internal void Size(PciFunction function)
    {
        for (var slot = 0; slot < function.BarSlots; slot++)
        {
            var offset = Bar0 + (4 * slot);
            var value = pci.Read(function, offset, 4);
            pci.Write(function, offset, 4, uint.MaxValue);
            pci.Write(function, offset, 4, value);
        }
    }

    /// <summary>Which bits of the command register can be set; a device is tried while the bridges above are off.</summary>
    private void TryAttributes(IEnumerable<PciFunction> bus)
    {
        const uint All = 0x27;
        const uint MemoryWriteInvalidate = 0x10;
        foreach (var function in bus)
        {
            pci.Write(function, Command, 2, All);
            pci.Write(function, Command, 2, 0);
            if (function is PciBridge bridge) TryAttributes(bridge.Behind);
            else pci.Write(function, Command, 2, MemoryWriteInvalidate);
        }

        foreach (var function in bus) pci.Write(function, Command, 2, 0);
    }

    private void SwitchOn(IEnumerable<PciFunction> bus, uint endpointCommand)
    {
        foreach (var function in bus)
        {
            pci.Write(function, Command, 2, function.IsBridge ? DecodeAndMaster : endpointCommand);
            if (function is not PciBridge { Behind.Count: > 0 } bridge) continue;
            SwitchOn(bridge.Behind, endpointCommand);
            pci.Write(bridge, Command, 2, DecodeAndMaster);
        }
    }

    private void SwitchOff(IEnumerable<PciFunction> bus)
    {
        foreach (var function in bus)
        {
            pci.Write(function, Command, 2, function.IsBridge ? DecodeAndMaster : Decode);
            if (function is not PciBridge bridge)
            {
                pci.Write(function, Command, 2, 0);
                continue;
            }

            pci.Write(bridge, Command, 2, Decode);
            if (bridge.Behind.Count == 0) continue;
            SwitchOff(bridge.Behind);
            pci.Write(bridge, Command, 2, Decode);
        }
    }
}
