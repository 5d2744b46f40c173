using System.Collections.Immutable;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>A guest whose config writes are traced: one device with a large BAR behind some bridges, firmware, kernel. Nothing is passed through.</summary>
/// <param name="Firmware">Its firmware.</param>
/// <param name="Bridges">Bridges above the device: 0, 1 (a root port), or 3 (a switch below a root port).</param>
internal sealed record EventGuest(FirmwareKind Firmware, int Bridges)
{
    private const ulong BarBytes = 4UL << 30;
    private const ulong RegisterBytes = 256;

    private const int CommandRegister = 0x04;

    // q35 with the emulator's 40 bits of physical address.
    private const int PhysicalBits = 40;

    /// <summary>QEMU's names of the device and of the bridges above it, root port first.</summary>
    private const string Device = "ivshmem-plain";

    private static readonly string[] BridgeModels = ["pcie-root-port", "x3130-upstream", "xio3130-downstream"];

    /// <summary>What is tried: both firmwares, on the root bus, behind a port, behind a switch.</summary>
    public static ImmutableArray<EventGuest> All { get; } =
        [.. from firmware in new[] { FirmwareKind.SeaBios, FirmwareKind.Ovmf } from bridges in new[] { 0, 1, 3 } select new EventGuest(firmware, bridges)];

    /// <summary>What it is, for people.</summary>
    public string Title => $"{(Firmware == FirmwareKind.Ovmf ? "OVMF" : "SeaBIOS")}, {Bridges switch { 0 => "root bus", 1 => "root port", _ => "switch" }}";

    /// <summary>QEMU's arguments for it.</summary>
    /// <param name="trace">Where the trace goes.</param>
    /// <param name="firmware">The files of OVMF: code, and a copy of the variables.</param>
    public ImmutableArray<string> Arguments(string trace, (string Code, string Variables) firmware)
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        arguments.AddRange("-D", trace, "-trace", "enable=pci_cfg_write", "-trace", "enable=pci_update_mappings_add", "-trace", "enable=pci_update_mappings_del");
        arguments.AddRange("-object", $"memory-backend-ram,id=bar,size={BinarySize.Format(BarBytes)},share=on,reserve=off,prealloc=off");
        if (Bridges > 0) arguments.AddRange("-device", "pcie-root-port,id=root,bus=pcie.0,addr=1,chassis=1");
        if (Bridges > 1) arguments.AddRange("-device", "x3130-upstream,id=upper,bus=root", "-device", "xio3130-downstream,id=lower,bus=upper,addr=0,chassis=2");
        arguments.AddRange("-device", $"{Device},memdev=bar,{Bridges switch { 0 => "bus=pcie.0,addr=1", 1 => "bus=root", _ => "bus=lower" }}");
        if (Firmware == FirmwareKind.Ovmf)
            arguments.AddRange("-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={firmware.Code}", "-drive", $"if=pflash,unit=1,format=raw,file={firmware.Variables}");
        return arguments.ToImmutable();
    }

    /// <summary>The same hierarchy as registers.</summary>
    public PciHierarchy Hierarchy() => GuestTopology.Of([[BarDeclaration.Memory32(0, (uint)RegisterBytes), BarDeclaration.Memory64(2, BarBytes)]], Bridges);

    /// <summary>Boots the model.</summary>
    public EventCounts Model(Fast.Linux.KernelVersion kernel)
    {
        var pci = Hierarchy();
        var recorder = new MapEventRecorder(pci);
        new GuestBoot { Firmware = Firmware, Kernel = kernel, Windows = HostBridgeWindows.Q35(PhysicalBits), HasDriver = false }.Run(pci);
        return Count(pci, recorder.Events, each => each.Cause == MapCause.Firmware);
    }

    /// <summary>Replays what a real guest wrote.</summary>
    public EventCounts Replay(IEnumerable<TraceLine> lines)
    {
        var pci = Hierarchy();
        var functions = FunctionsByModel(pci);
        var recorder = new MapEventRecorder(pci);
        var firmwareEvents = -1;
        foreach (var line in lines.Where(line => line.IsWrite))
        {
            // Linux tries the INTx bit of each function when it finds it; firmware leaves that bit alone.
            if (firmwareEvents < 0 && line is { Model: "mch", Offset: CommandRegister } && (line.Value & 0x400) != 0) firmwareEvents = recorder.Events.Count;
            // What stands behind the header is the chipset's and the capabilities'.
            if (line.Offset < 0x40 && functions.TryGetValue(line.Model, out var function)) pci.Write(function, line.Offset, line.Bytes(function.IsBridge), line.Value);
        }

        if (firmwareEvents < 0) throw new LabException("the trace has no sign of a kernel");
        var seen = 0;
        return Count(pci, recorder.Events, _ => seen++ < firmwareEvents);
    }

    private Dictionary<string, PciFunction> FunctionsByModel(PciHierarchy pci)
    {
        var bridges = pci.Functions.Where(function => function.IsBridge).ToArray();
        var map = new Dictionary<string, PciFunction>(StringComparer.Ordinal) { ["mch"] = pci.Functions.Single(function => function.IsHostBridge), [Device] = DeviceOf(pci) };
        for (var i = 0; i < Bridges; i++) map[BridgeModels[i]] = bridges[i];
        return map;
    }

    private static EventCounts Count(PciHierarchy pci, IEnumerable<MapEvent> events, Func<MapEvent, bool> isFirmware)
    {
        var bar = DeviceOf(pci).Bars.Single(register => register.Bytes == BarBytes);
        var counts = new EventCounts(0, 0, 0, 0);
        foreach (var each in events)
        {
            var byFirmware = isFirmware(each);
            if (each.Mapping.Bar != bar) continue;
            counts = (byFirmware, each.IsMap) switch
            {
                (true, true) => counts with { FirmwareMaps = counts.FirmwareMaps + 1 },
                (true, false) => counts with { FirmwareUnmaps = counts.FirmwareUnmaps + 1 },
                (false, true) => counts with { KernelMaps = counts.KernelMaps + 1 },
                (false, false) => counts with { KernelUnmaps = counts.KernelUnmaps + 1 },
            };
        }

        return counts;
    }

    private static PciFunction DeviceOf(PciHierarchy pci) => pci.Functions.Single(function => !function.IsBridge && !function.IsHostBridge);
}

/// <summary>How often the large BAR came into sight and went, while the firmware ran and while the kernel booted.</summary>
internal sealed record EventCounts(int FirmwareMaps, int FirmwareUnmaps, int KernelMaps, int KernelUnmaps)
{
    /// <summary><c>firmware 1/0, kernel 11/11</c>: maps and unmaps.</summary>
    public override string ToString() => $"firmware {FirmwareMaps}/{FirmwareUnmaps}, kernel {KernelMaps}/{KernelUnmaps}";
}
