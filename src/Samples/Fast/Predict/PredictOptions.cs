using System.CommandLine;
using System.Globalization;
using Fast.Linux;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Predict;

/// <summary>The argument and options of <c>fast predict</c>.</summary>
internal sealed class PredictOptions
{
    private readonly Option<KernelVersion?[]> _hostKernels = Values.List<KernelVersion?>("--host-kernel", "VERSION,…", $"Kernels of the host, side by side, from {KernelProfiles.Oldest} to {KernelProfiles.Newest} (default {string.Join(',', PredictionRequest.DefaultHostKernels)}).", KernelValues.Read);
    private readonly Option<KernelVersion?> _guestKernel = Values.One<KernelVersion?>("--guest-kernel", "VERSION", "Kernel of the guest: how often it maps a BAR (default 6.12; 6.14 and later size BARs in one go).", KernelValues.ReadGuest);
    private readonly Option<string?> _firmware = Values.Word("--firmware", "Firmware of the guest (default ovmf).", [.. Knowledge.Default.Firmwares.Select(known => known.Firmware)]);
    private readonly Option<int?> _bridges = Values.One<int?>("--bridges", "N", "Bridges above each device in the guest: 0 on the root bus, 1 behind a root port (default 1).", ReadBridges);
    private readonly Option<VmmChoice?> _vmm = Values.One<VmmChoice?>("--vmm", "qemu-VERSION", "The VMM: 9.2 and newer align what they mmap, older ones do not (default qemu-9.2).", VmmChoice.Read);
    private readonly Option<string?> _thp = Values.Word("--thp", "The host's transparent_hugepage/enabled (default always).", Words.All<ThpPolicy>());
    private readonly Option<IommuKind?> _iommu = IommuValues.Option();
    private readonly Option<string?> _knowledge = Values.One<string>("--knowledge", "FILE", "Costs and map events from a file instead of the built-in ones (fast.knowledge/1).", ReadName);

    /// <summary>The host.</summary>
    public Argument<string> Host { get; } = HostInput.Argument();

    /// <summary>The limit.</summary>
    public Option<double?> FailOver { get; } = Values.One<double?>("--fail-over", "SECONDS", "Exit with 2 when any of the host kernels takes longer.", Values.ReadSeconds);

    /// <summary>The page to write.</summary>
    public Option<string?> Html { get; } = Values.One<string>("--html", "FILE", "Also write the prediction as one self-contained page.", OutputFile.ReadName);

    /// <summary>Whether to print JSON.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({PredictDocument.SchemaId}).");

    /// <summary>Whether to print no progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>All options, as the help page lists them.</summary>
    public IEnumerable<Option> All => [_hostKernels, _guestKernel, _firmware, _bridges, _vmm, _thp, _iommu, _knowledge, FailOver, Html, Json, Quiet];

    /// <summary>What to predict for the devices of a host.</summary>
    public PredictionRequest Request(ParseResult parse, GpuSelection selection)
    {
        var request = new PredictionRequest { Devices = selection.Devices };
        if (parse.GetValue(_hostKernels) is { Length: > 0 } kernels) request = request with { HostKernels = [.. kernels.Select(kernel => kernel!.Value).Distinct()] };
        if (parse.GetValue(_guestKernel) is { } guest) request = request with { GuestKernel = guest };
        if (parse.GetValue(_firmware) is { } firmware) request = request with { Firmware = firmware };
        if (parse.GetValue(_bridges) is { } bridges) request = request with { BridgesAbove = bridges };
        if (parse.GetValue(_vmm) is { } vmm) request = request with { VaSkew = vmm.VaSkew };
        if (parse.GetValue(_thp) is { } thp) request = request with { Thp = Words.Parse<ThpPolicy>(thp) };
        if (parse.GetValue(_iommu) is { } iommu) request = request with { Iommu = iommu };
        return request;
    }

    /// <summary>The knowledge to predict with.</summary>
    /// <exception cref="InputException">The file cannot be read, or is not as it must be.</exception>
    public Knowledge ReadKnowledge(ParseResult parse)
    {
        if (parse.GetValue(_knowledge) is not { } path) return Knowledge.Default;
        try
        {
            return Knowledge.TryRead(File.ReadAllBytes(path), path, out var knowledge, out var error)
                ? knowledge!
                : throw new InputException($"predict: --knowledge: {error}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"predict: --knowledge: '{path}' cannot be read: {exception.Message}");
        }
    }

    private static bool ReadBridges(string text, out int? bridges, out string? error)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= PredictionRequest.MostBridges;
        bridges = value;
        error = isNumber ? null : $"'{text}' is not a number of bridges from 0 to {PredictionRequest.MostBridges}";
        return isNumber;
    }

    private static bool ReadName(string text, out string value, out string? error)
    {
        value = text;
        error = text.Length == 0 ? "the name is empty; name a knowledge file" : null;
        return error is null;
    }
}
