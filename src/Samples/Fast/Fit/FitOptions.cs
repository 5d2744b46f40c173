using System.Collections.Immutable;
using System.CommandLine;
using Fast.Linux;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Fit;

/// <summary>The argument and options of <c>fast fit</c>.</summary>
internal sealed class FitOptions
{
    private static readonly (string Word, WindowRule Rule)[] Firmwares =
    [
        ("ovmf", WindowRule.OvmfEighth), ("ovmf-quarter", WindowRule.OvmfQuarter), ("ovmf-classic", WindowRule.OvmfClassic), ("seabios", WindowRule.SeaBios), ("qemu-hole", WindowRule.QemuHole),
    ];

    private static readonly KernelVersion FirstThatAvoids = new(7, 1);

    private readonly Option<int?> _gpus = Values.One("--gpus", "N", "Devices in the guest: the first of the host, repeated when it has fewer (default all).", AddressValues.Number("devices", 1, FitRequest.MostDevices));
    private readonly Option<ulong?> _ram = Values.One<ulong?>("--ram", "SIZE", "Memory of the guest; 256G is binary, 256GB decimal (default 64G).", AddressValues.ReadMemory);
    private readonly Option<int?> _bits = Values.One("--phys-bits", "N", "Bits of a physical address in the guest (default 46; QEMU's own default is 40).", AddressValues.Number("bits", FitRequest.LeastPhysicalBits, FitRequest.MostPhysicalBits));
    private readonly Option<string?> _cpu = Values.Word("--cpu", "Whose CPU the guest sees (default intel).", Words.All<CpuVendor>());
    private readonly Option<string?> _firmware = Values.Word("--firmware", "What opens the window: OVMF's top eighth (default), top quarter (from August 2026), or fixed one (before November 2022); SeaBIOS; or QEMU's stated hole alone.", [.. Firmwares.Select(each => each.Word)]);
    private readonly Option<VmmRelease?> _vmm = Values.One<VmmRelease?>("--vmm", "qemu-VERSION", "The VMM: 7.1 and newer keep memory out of AMD's HyperTransport range (default qemu-9.2).", VmmChoice.Read);
    private readonly Option<int?> _mmio64 = Values.One("--mmio64", "MEBIBYTES", "OVMF's opt/ovmf/X-PciMmio64Mb.", AddressValues.Number("mebibytes", 1, int.MaxValue));
    private readonly Option<ulong?> _hole64 = Values.One<ulong?>("--hole64", "SIZE", "QEMU's pci-hole64-size (default 32G).", Values.ReadSomePages);
    private readonly Option<BusRange?> _window = Values.One<BusRange?>("--window", "RANGE", "A window that is known, such as 0x4000000000-0x7fffffffff or 0x4000000000+256G; unless --firmware is given too, the kernel alone places in it.", AddressValues.ReadRange);
    private readonly Option<int?> _bridges = Values.One("--bridges", "N", "Bridges above each device: 0 on the root bus, 1 behind a root port (default 1).", AddressValues.Number("bridges", 0, PredictionRequest.MostBridges));
    private readonly Option<int?> _spare = Values.One("--spare-ports", "N", "Root ports with nothing behind them (default 0).", AddressValues.Number("ports", 0, FitRequest.MostSparePorts));
    private readonly Option<ulong?> _reserve = Values.One<ulong?>("--pref64-reserve", "SIZE", "pref64-reserve of the ports (default what the firmware takes: OVMF a 256th of its window).", Values.ReadSomePages);
    private readonly Option<KernelVersion?> _guestKernel = Values.One<KernelVersion?>("--guest-kernel", "VERSION", "Kernel of the guest (default 6.12; 7.0 and later make tighter bridge windows).", KernelValues.ReadGuest);
    private readonly Option<bool> _realloc = Values.Flag("--realloc", "The guest's kernel is started with pci=realloc.");
    private readonly Option<bool> _nocrs = Values.Flag("--nocrs", "The guest's kernel is started with pci=nocrs.");
    private readonly Option<ulong?> _rebar = Values.One<ulong?>("--rebar", "SIZE", "Size of resizable BARs, where the listing says that they can have it.", Values.ReadSomePages);

    /// <summary>Which release does what.</summary>
    public PricingOptions Pricing { get; } = new();

    /// <summary>The host.</summary>
    public Argument<string> Host { get; } = HostInput.Argument();

    /// <summary>The page to write.</summary>
    public Option<string?> Html { get; } = Values.One<string>("--html", "FILE", "Also draw the address space as one self-contained page.", OutputFile.ReadName);

    /// <summary>The limit.</summary>
    public Option<string?> FailOn { get; } = Values.Word("--fail-on", "Exit with 2 when there is a finding of that severity or above; a BAR without a place is an error.", Words.All<Severity>());

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({FitDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [_gpus, _ram, _bits, _cpu, _firmware, _vmm, _mmio64, _hole64, _window, _bridges, _spare, _reserve, _guestKernel, _realloc, _nocrs, _rebar, Pricing.Knowledge, Html, FailOn, Json, Quiet];

    /// <summary>The word for a rule.</summary>
    public static string WordOf(WindowRule rule) => rule == WindowRule.Given ? "none" : Array.Find(Firmwares, each => each.Rule == rule).Word;

    /// <summary>What to fit.</summary>
    /// <exception cref="InputException">The options do not fit each other or the host.</exception>
    public FitRequest Request(ParseResult parse, GpuSelection selection, Knowledge knowledge)
    {
        var window = parse.GetValue(_window);
        var vmm = parse.GetValue(_vmm);
        if (vmm is not null) VmmChoice.SkewOf(vmm, knowledge, "fit: --vmm");
        var devices = Repeat([.. selection.Devices.Select(FitDevice.Of)], parse.GetValue(_gpus));
        var request = new FitRequest
        {
            Knowledge = knowledge,
            Devices = parse.GetValue(_rebar) is { } size ? Resize(devices, size) : devices,
            RamBytes = parse.GetValue(_ram) ?? 64UL << 30,
            PhysicalBits = parse.GetValue(_bits) ?? (window is { } known ? Math.Max(46, 64 - System.Numerics.BitOperations.LeadingZeroCount(known.Last)) : 46),
            Cpu = parse.GetValue(_cpu) is { } cpu ? Words.Parse<CpuVendor>(cpu) : CpuVendor.Intel,
            AvoidsHyperTransport = vmm is null || vmm.Version >= FirstThatAvoids,
            Window = parse.GetValue(_firmware) is { } firmware ? Array.Find(Firmwares, each => each.Word == firmware).Rule : window is null ? WindowRule.OvmfEighth : WindowRule.Given,
            Mmio64Megabytes = (ulong?)parse.GetValue(_mmio64),
            Hole64Bytes = parse.GetValue(_hole64) ?? 32UL << 30,
            GivenWindow = window,
            Bridges = parse.GetValue(_bridges) ?? 1,
            SparePorts = parse.GetValue(_spare) ?? 0,
            Pref64Reserve = parse.GetValue(_reserve),
            GuestKernel = parse.GetValue(_guestKernel) ?? new KernelVersion(6, 12),
            Realloc = parse.GetValue(_realloc),
            NoCrs = parse.GetValue(_nocrs),
        };
        return request.Check() is { } problem ? throw new InputException($"fit: {problem}") : request;
    }

    private static ImmutableArray<FitDevice> Repeat(ImmutableArray<FitDevice> listed, int? count) =>
        count is null ? listed : [.. Enumerable.Range(0, count.Value).Select(index => index < listed.Length ? listed[index] : listed[index % listed.Length] with { Label = $"{listed[index % listed.Length].Label} again" })];

    private static ImmutableArray<FitDevice> Resize(ImmutableArray<FitDevice> devices, ulong bytes)
    {
        if (devices.SelectMany(device => device.Bars).All(bar => bar.Sizes == 0)) throw new InputException("fit: --rebar: the listing names no sizes of resizable BARs ('BAR 1: current size: …, supported: …'); take it as root with 'lspci -vv'");
        if (devices.SelectMany(device => device.Bars).FirstOrDefault(bar => bar.Sizes != 0 && (bar.Sizes & bytes) == 0) is { } wrong)
            throw new InputException($"fit: --rebar: region {wrong.Region.Index} cannot have {Numbers.Size(bytes)}; it can have {string.Join(", ", Enumerable.Range(0, 64).Select(shift => 1UL << shift).Where(size => (wrong.Sizes & size) != 0).Select(Numbers.Size))}");
        return [.. devices.Select(device => device with { Bars = [.. device.Bars.Select(bar => bar.Sizes == 0 ? bar : bar.Resized(bytes))] })];
    }
}
