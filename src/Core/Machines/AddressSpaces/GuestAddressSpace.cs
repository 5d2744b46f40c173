using System.Collections.Immutable;
using System.Numerics;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>
/// The guest-physical address space before any device is placed: memory as QEMU lays it out on q35, holes, and the windows that firmware opens. The rules are those of QEMU's <c>pc.c</c> and of
/// edk2's <c>PlatformInitLib</c>.
/// </summary>
public sealed record GuestAddressSpace
{
    /// <summary>OVMF takes no larger value for well-formed.</summary>
    public const ulong MostMmio64Megabytes = 0x1000000;

    /// <summary>With four levels of tables OVMF uses no more bits.</summary>
    public const int OvmfMostBits = 46;

    /// <summary>What four levels of EPT translate.</summary>
    public const int FourLevelBits = 48;

    private const ulong G = 1UL << 30;
    private const ulong LowRamLimit = 0xB000_0000;
    private const ulong LowRamWhenMore = 2 * G;
    private const ulong LastLowWindow = 0xFEBF_FFFF;
    private const ulong OvmfClassicBytes = 32 * G;
    private const int ReservedShare = 8;

    /// <summary>AMD's HyperTransport range: no device reaches anything there.</summary>
    public static BusRange HyperTransport { get; } = new(0xFD_0000_0000, 0xFF_FFFF_FFFF);

    /// <summary>All addresses that the guest's CPU has.</summary>
    public required BusRange All { get; init; }

    /// <summary>Memory below 4 GiB.</summary>
    public required BusRange LowRam { get; init; }

    /// <summary>Memory above, or <see langword="null"/>.</summary>
    public BusRange? HighRam { get; init; }

    /// <summary>What the firmware may use.</summary>
    public required HostBridgeWindows Firmware { get; init; }

    /// <summary>What of it the guest's kernel can use.</summary>
    public required HostBridgeWindows Kernel { get; init; }

    /// <summary>What OVMF keeps free behind each port.</summary>
    public ulong PortReserve { get; init; }

    /// <summary>How the window above 4 GiB came to be, one step in each line.</summary>
    public required ImmutableArray<string> Steps { get; init; }

    /// <summary>Why QEMU does not start, or <see langword="null"/>.</summary>
    public string? Refusal { get; init; }

    /// <summary>First address behind memory.</summary>
    public ulong EndOfRam => HighRam is { } high ? high.Last + 1 : 4 * G;

    /// <summary>Lays it out.</summary>
    public static GuestAddressSpace Of(FitRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var steps = new List<string>();
        var all = new BusRange(0, (1UL << request.PhysicalBits) - 1);
        var low = request.RamBytes >= LowRamLimit ? LowRamWhenMore : request.RamBytes;
        var start = 4 * G;
        BusRange? high = request.RamBytes > low ? BusRange.Of(start, request.RamBytes - low) : null;
        var hole = QemuHole(start, high, request.Hole64Bytes);
        if (request is { Cpu: CpuVendor.Amd, AvoidsHyperTransport: true } && hole.Last >= HyperTransport.Start)
        {
            start = HyperTransport.Last + 1;
            if (high is { } moved) high = BusRange.Of(start, moved.Bytes);
            steps.Add($"memory and hole would end at {Hex(hole.Last)}, inside AMD's HyperTransport range {HyperTransport}: QEMU puts all memory above 4G at {Hex(start)} instead");
            hole = QemuHole(start, high, request.Hole64Bytes);
        }

        steps.Add($"memory: {Size(low)} from 0{(high is { } ram ? $", {Size(ram.Bytes)} from {Hex(ram.Start)} to {Hex(ram.Last)}" : "")}");
        var firmware = request.GivenWindow ?? WindowOf(request, hole, steps);
        if (request.GivenWindow is { } given) steps.Add($"window: {given} as given, {Size(given.Bytes)}");
        var above = new BusRange(high is { } taken ? taken.Last + 1 : start, ulong.MaxValue);
        var kernel = (request.NoCrs ? above : firmware)?.Intersect(all);
        if (request.NoCrs) steps.Add("pci=nocrs: the guest's kernel takes all above memory for PCI");
        if (firmware is { } wide && kernel != firmware && !request.NoCrs) steps.Add($"the guest's addresses end at {Hex(all.Last)} ({request.PhysicalBits} bits): of {wide} its kernel can use {(kernel is { } rest ? rest.ToString() : "nothing")}");
        var below = new BusRange(Math.Max(low, LowRamWhenMore), LastLowWindow);
        return new GuestAddressSpace
        {
            All = all,
            LowRam = new BusRange(0, low - 1),
            HighRam = high,
            Firmware = new HostBridgeWindows(below, firmware),
            Kernel = new HostBridgeWindows(below, kernel),
            PortReserve = request.Pref64Reserve ?? (request.Window.IsOvmf() && firmware is { } window ? window.Bytes >> ReservedShare : 0),
            Steps = [.. steps],
            Refusal = hole.Last <= all.Last || request.GivenWindow is not null ? null
                : $"memory and pci-hole64-size {Size(request.Hole64Bytes)} end at {Hex(hole.Last)}, beyond {Hex(all.Last)}: QEMU says 'phys-bits too low ({request.PhysicalBits})' and does not start",
        };
    }

    /// <summary>The hole that QEMU counts on (<c>pc_max_used_gpa</c>): from the end of memory, aligned to 1 GiB.</summary>
    private static BusRange QemuHole(ulong start, BusRange? high, ulong bytes) => BusRange.Of(Up(high is { } ram ? ram.Last + 1 : start, G), Math.Max(bytes, 1));

    private static BusRange? WindowOf(FitRequest request, BusRange hole, List<string> steps)
    {
        switch (request.Window)
        {
            case WindowRule.QemuHole:
                steps.Add($"window: pci-hole64-size {Size(request.Hole64Bytes)} from the end of memory, aligned to 1G: {hole}, so the address behind it is {Hex(hole.Last + 1)} and needs {BitOperations.Log2(hole.Last) + 1} bits");
                return hole;
            case WindowRule.SeaBios:
                if (hole.Start >= 1UL << request.PhysicalBits) return null;
                steps.Add($"window: SeaBIOS places from the end of memory on, aligned to 1G: {Hex(hole.Start)} to {Hex((1UL << request.PhysicalBits) - 1)}, where {request.PhysicalBits} bits end");
                return new BusRange(hole.Start, (1UL << request.PhysicalBits) - 1);
            default:
                return OvmfWindow(request, hole.Start, steps);
        }
    }

    private static BusRange OvmfWindow(FitRequest request, ulong above, List<string> steps)
    {
        var bytes = Up(request.Mmio64Megabytes is { } megabytes and > 0 ? megabytes << 20 : OvmfClassicBytes, G);
        var alignment = 1UL << BitOperations.Log2(bytes);
        var classic = BusRange.Of(Up(above, alignment), bytes);
        var setting = request.Mmio64Megabytes is { } set ? $"X-PciMmio64Mb {set}" : "no X-PciMmio64Mb, so the default";
        var said = $"OVMF's classic window: {setting} is {Size(bytes)}, aligned to {Size(alignment)} above memory: {classic}";
        if (request.Window == WindowRule.OvmfClassic)
        {
            steps.Add($"window: {said}");
            return classic;
        }

        if (!IsBelievable(request))
        {
            steps.Add($"window: OVMF does not believe {request.PhysicalBits} bits of an {(request.Cpu == CpuVendor.Amd ? "AMD" : "Intel")} CPU (QEMU says 40 whatever the host has; host-phys-bits=on ends that)");
            steps.Add(said);
            return classic;
        }

        var bits = Math.Min(request.PhysicalBits, OvmfMostBits);
        var space = 1UL << bits;
        var share = request.Window == WindowRule.OvmfQuarter ? 4UL : 8;
        var mmio = space / share;
        if (bits < request.PhysicalBits) steps.Add($"OVMF uses {bits} of {request.PhysicalBits} bits: its tables have four levels");
        if (bytes >= mmio || classic.Start + mmio >= space)
        {
            steps.Add($"window: {Size(bytes)} or memory leave no room for the dynamic window (1/{share} of {Size(space)} is {Size(mmio)}); {said}");
            return classic;
        }

        var window = new BusRange(space - mmio, space - 1);
        steps.Add($"window: OVMF's dynamic window, the top 1/{share} of {bits} bits: {Size(space)} / {share} = {Size(mmio)}: {window}");
        if (request.Mmio64Megabytes is not null) steps.Add($"{setting} is a minimum: {Size(bytes)} is less than {Size(mmio)} and changes nothing");
        if (request.Cpu != CpuVendor.Amd || !window.Overlaps(HyperTransport)) return window;
        window = BusRange.Of((HyperTransport.Start - mmio) & ~(mmio - 1), mmio);
        steps.Add($"it would cover AMD's HyperTransport range {HyperTransport}: OVMF moves it to {window}");
        return window;
    }

    /// <summary>Widths that OVMF takes from CPUID: QEMU says 40 whatever the host has, which only AMD's CPUs really have.</summary>
    private static bool IsBelievable(FitRequest request) =>
        request.PhysicalBits >= 41 || (request.Cpu == CpuVendor.Intel ? request.PhysicalBits is 36 or 39 : request.PhysicalBits == 40);

    private static ulong Up(ulong value, ulong alignment) => (value + (alignment - 1)) & ~(alignment - 1);

    private static string Hex(ulong value) => LeafWhy.Hex(value);

    private static string Size(ulong bytes) => FitWords.Size(bytes);
}
