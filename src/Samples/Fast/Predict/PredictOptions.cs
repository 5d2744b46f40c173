using System.CommandLine;
using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;
using Fast.Tool.CommandLine;
using Fast.Tool.Map;

namespace Fast.Tool.Predict;

/// <summary>The argument and options of <c>fast predict</c>.</summary>
internal sealed class PredictOptions
{
    // iommufd came with 6.2; 6.19 is the first that takes BARs.
    private static readonly KernelVersion[] IommufdKernels = [new(6, 12), new(6, 16), new(6, 19), new(7, 3)];

    private readonly Option<KernelVersion?[]> _hostKernels = Values.List<KernelVersion?>("--host-kernel", "VERSION,…", $"Kernels of the host, side by side, from {KernelProfiles.Oldest} to {KernelProfiles.Newest} (default {string.Join(',', PredictionRequest.DefaultHostKernels)}; with iommufd {string.Join(',', IommufdKernels)}).", KernelValues.ReadGuest);
    private readonly Option<KernelVersion?> _guestKernel = Values.One<KernelVersion?>("--guest-kernel", "VERSION", "Kernel of the guest: how often it maps a BAR (default 6.12; 6.14 and later size BARs in one go).", KernelValues.ReadGuest);
    private readonly Option<string?> _firmware = Values.One<string>("--firmware", string.Join('|', Knowledge.Default.Behaviours.Firmwares.Select(known => known.Name)), "Firmware of the guest (default ovmf).", ReadFirmware);
    private readonly Option<int?> _bridges = Values.One<int?>("--bridges", "N", "Bridges above each device in the guest: 0 on the root bus, 1 behind a root port (default 1).", AddressValues.Number("bridges", 0, PredictionRequest.MostBridges));
    private readonly Option<VmmRelease?> _vmm = Values.One<VmmRelease?>("--vmm", "qemu-VERSION", "The VMM: 9.2 and newer align what they mmap, older ones do not (default qemu-9.2).", VmmChoice.Read);
    private readonly Option<bool> _noMmap = Values.Flag("--no-mmap", "The VMM runs with x-no-mmap=true: nothing of a BAR is mapped, and there is no peer-to-peer.");
    private readonly Option<string?> _backend = Values.Word("--backend", "Who maps for the VMM (default type1).", Words.All<MapBackend>());
    private readonly Option<string?> _thp = Values.Word("--thp", "The host's transparent_hugepage/enabled (default always).", Words.All<ThpPolicy>());
    private readonly Option<IommuKind?> _iommu = IommuValues.Option();
    private readonly Option<ulong?> _ram = Values.One<ulong?>("--ram", "SIZE", "Memory of the guest: also predicts how long pinning it takes, apart from the BARs.", Values.ReadSomePages);
    private readonly Option<string?> _ramPages = Values.Word("--ram-pages", "What the guest's memory is made of (default thp, or 4K with --thp never).", [.. RamWords.All]);
    private readonly Option<int?> _physBits = Values.One<int?>("--phys-bits", "N", "Bits of the guest's physical addresses: a BAR that finds no place in the firmware's window is not there (default: room for all).", AddressValues.Number("bits", PredictionRequest.LeastPhysicalBits, PredictionRequest.MostPhysicalBits));
    private readonly Option<int?> _gpus = GpuValues.Option();
    private readonly PricingOptions _pricing = new();

    /// <summary>The host.</summary>
    public Argument<string> Host { get; } = HostInput.Argument();

    /// <summary>The limit.</summary>
    public Option<double?> FailOver { get; } = Values.One<double?>("--fail-over", "SECONDS", "Exit with 2 when any of the host kernels takes longer.", Values.ReadSeconds);

    /// <summary>The page to write.</summary>
    public Option<string?> Html { get; } = Values.One<string>("--html", "FILE", "Also write the prediction as one self-contained page.", OutputFile.ReadName);

    /// <summary>Where to write the built-in knowledge.</summary>
    public Option<string?> WriteKnowledge { get; } = Values.One<string>("--write-knowledge", "FILE", "Write the built-in knowledge to a file and end: correct it, and give it back with --knowledge.", OutputFile.ReadName);

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({PredictDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>The files that price.</summary>
    public PricingOptions Pricing => _pricing;

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All =>
    [
        _hostKernels, _guestKernel, _firmware, _bridges, _vmm, _noMmap, _backend, _thp, _iommu, _ram, _ramPages, _physBits, _gpus, _pricing.Knowledge, WriteKnowledge, _pricing.Calibration,
        FailOver, Html, Json, Quiet,
    ];

    /// <summary>The devices that the guest gets.</summary>
    public GpuSelection Select(ParseResult parse, GpuSelection all) => GpuValues.Select(parse, _gpus, all);

    /// <summary>What to predict for the devices of a host.</summary>
    /// <exception cref="InputException">An option names something that is not known.</exception>
    public PredictionRequest Request(ParseResult parse, GpuSelection selection, Knowledge knowledge)
    {
        var request = new PredictionRequest { Devices = selection.Devices };
        if (parse.GetValue(_backend) is { } backend) request = request with { Backend = Words.Parse<MapBackend>(backend) };
        if (parse.GetValue(_hostKernels) is { Length: > 0 } kernels) request = request with { HostKernels = [.. kernels.Select(kernel => kernel!.Value).Distinct()] };
        else if (request.Backend == MapBackend.Iommufd) request = request with { HostKernels = [.. IommufdKernels] };
        if (parse.GetValue(_guestKernel) is { } guest) request = request with { GuestKernel = guest };
        if (parse.GetValue(_firmware) is { } firmware) request = request with { Firmware = firmware };
        if (parse.GetValue(_bridges) is { } bridges) request = request with { BridgesAbove = bridges };
        if (parse.GetValue(_vmm) is { } vmm) request = request with { VaSkew = VmmChoice.SkewOf(vmm, knowledge, "predict: --vmm") };
        if (parse.GetValue(_thp) is { } thp) request = request with { Thp = Words.Parse<ThpPolicy>(thp) };
        if (parse.GetValue(_iommu) is { } iommu) request = request with { Iommu = iommu };
        if (parse.GetValue(_physBits) is { } bits) request = request with { PhysicalBits = bits };
        request = request with { NoMmap = parse.GetValue(_noMmap), Ram = RamOf(parse, request.Thp) };
        foreach (var kernel in request.HostKernels)
        {
            if (!knowledge.Behaviours.TryResolve(kernel, out _, out var error)) throw new InputException($"predict: --host-kernel: {error}");
        }

        if (knowledge.Behaviours.FindFirmware(request.Firmware) is null)
        {
            var names = knowledge.Behaviours.Firmwares.Select(known => known.Name).ToArray();
            throw new InputException($"predict: --firmware: '{request.Firmware}' is not one of {string.Join(", ", names)}{NearestWord.Hint(request.Firmware, names)}");
        }

        return request;
    }

    /// <summary>QEMU asks for huge pages itself (madvise), so only 'never' leaves single ones.</summary>
    private GuestRam? RamOf(ParseResult parse, ThpPolicy thp)
    {
        var word = parse.GetValue(_ramPages);
        if (parse.GetValue(_ram) is not { } bytes) return word is null ? null : throw new InputException("predict: --ram-pages says what the memory of --ram is made of; add --ram SIZE");
        return new GuestRam(bytes, word is null ? thp == ThpPolicy.Never ? RamKind.Pages4K : RamKind.Thp : RamWords.Find(word)!.Value);
    }

    private static bool ReadFirmware(string text, out string value, out string? error)
    {
        value = text;
        error = text.Length == 0 ? "the name is empty; name a firmware" : null;
        return error is null;
    }
}
