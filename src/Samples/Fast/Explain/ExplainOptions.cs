using System.CommandLine;
using Fast.Linux;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Explain;

/// <summary>The argument and options of <c>fast explain</c>.</summary>
internal sealed class ExplainOptions
{
    private readonly Option<KernelVersion?> _hostKernel = Values.One<KernelVersion?>("--host-kernel", "VERSION", $"Kernel of the host, from {KernelProfiles.Oldest} to {KernelProfiles.Newest} (default {KernelProfiles.Newest}).", KernelValues.ReadGuest);
    private readonly Option<VmmRelease?> _vmm = Values.One<VmmRelease?>("--vmm", "qemu-VERSION", "The VMM: 9.2 and newer align what they mmap, older ones do not (default qemu-9.2).", VmmChoice.Read);
    private readonly Option<string?> _thp = Values.Word("--thp", "The host's transparent_hugepage/enabled (default always).", Words.All<ThpPolicy>());
    private readonly Option<bool> _advise = Values.Flag("--advise", "The VMM advises MADV_HUGEPAGE on what it mmaps.");
    private readonly Option<IommuKind?> _iommu = IommuValues.Option();
    private readonly Option<string?> _backend = Values.Word("--backend", "Who maps for the device (default type1).", Words.All<MapBackend>());
    private readonly Option<RegionAddress[]> _vas = Values.List<RegionAddress>("--va", "REGION:ADDRESS,…", "Where regions are mmapped, as the process's maps say, instead of where the VMM would put them.", RegionValues.ReadAddress);
    private readonly Option<RegionAddress[]> _iovas = Values.List<RegionAddress>("--iova", "REGION:ADDRESS,…", "Where the guest has regions, instead of at a multiple of their size.", RegionValues.ReadAddress);
    private readonly Option<RegionPart[]> _holes = Values.List<RegionPart>("--hole", "REGION:OFFSET+SIZE,…", "Parts that the driver lets nobody mmap.", RegionValues.ReadPart);
    private readonly Option<int?> _gpus = GpuValues.Option();
    private readonly Option<RegionPart[]> _protected = Values.List<RegionPart>("--protect", "REGION:OFFSET+SIZE,…", "Parts that mprotect made read-only, one of each region; the device is then given the region for reading.", RegionValues.ReadPart);

    /// <summary>Which release does what.</summary>
    public PricingOptions Pricing { get; } = new();

    /// <summary>The host.</summary>
    public Argument<string> Host { get; } = HostInput.Argument();

    /// <summary>A constructed case instead of a host.</summary>
    public Option<string?> Case { get; } = Values.Word("--case", "A constructed case instead of a host: one for each rule.", [.. ExplainCases.All.Select(each => each.Id)]);

    /// <summary>Whether to list the rules.</summary>
    public Option<bool> Rules { get; } = Values.Flag("--rules", "List the rules, and a case for each.");

    /// <summary>Whether to execute.</summary>
    public Option<bool> Execute { get; } = Values.Flag("--execute", "Also map every BAR on real tables here, and compare each leaf with what the rules foresee.");

    /// <summary>The limit.</summary>
    public Option<string?> FailOn { get; } = Values.Word("--fail-on", "Exit with 2 when there is a finding of that severity or above.", Words.All<Severity>());

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({ExplainDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [_hostKernel, _vmm, _thp, _advise, _iommu, _backend, _vas, _iovas, _holes, _protected, _gpus, Pricing.Knowledge, Case, Rules, Execute, FailOn, Json, Quiet];

    /// <summary>The devices to explain.</summary>
    public GpuSelection Select(ParseResult parse, GpuSelection all) => GpuValues.Select(parse, _gpus, all);

    /// <summary>What to explain about the devices of a host.</summary>
    /// <exception cref="InputException">The options do not fit the host.</exception>
    public (ExplainRequest Request, string Vmm) Request(ParseResult parse, GpuSelection selection, Knowledge knowledge)
    {
        var vmm = parse.GetValue(_vmm);
        var kernel = parse.GetValue(_hostKernel) ?? KernelProfiles.Newest;
        if (!knowledge.Behaviours.TryResolve(kernel, out _, out var error)) throw new InputException($"explain: --host-kernel: {error}");
        var request = new ExplainRequest
        {
            Devices = selection.Devices,
            Knowledge = knowledge,
            HostKernel = kernel,
            Vmm = new VmmSettings { AlignsMmap = vmm is null || VmmChoice.SkewOf(vmm, knowledge, "explain: --vmm") == 0 },
            Thp = parse.GetValue(_thp) is { } thp ? Words.Parse<ThpPolicy>(thp) : ThpPolicy.Always,
            IsAdvised = parse.GetValue(_advise),
            Iommu = parse.GetValue(_iommu) ?? IommuKinds.Vtd,
            Backend = parse.GetValue(_backend) is { } backend ? Words.Parse<MapBackend>(backend) : MapBackend.Type1,
            Vas = [.. parse.GetValue(_vas) ?? []],
            Iovas = [.. parse.GetValue(_iovas) ?? []],
            Holes = [.. parse.GetValue(_holes) ?? []],
            Protected = [.. parse.GetValue(_protected) ?? []],
        };
        return request.Check() is { } problem ? throw new InputException($"explain: {problem}") : (request, vmm?.ToString() ?? "qemu-9.2");
    }
}
