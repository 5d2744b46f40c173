using System.Collections.Immutable;
using Fast.Machines;

namespace Fast.Tool.Fit;

/// <summary>What <c>fast fit --json</c> prints.</summary>
internal sealed record FitDocument(
    string Schema,
    string Host,
    FitRequestView Request,
    bool Fits,
    int Complete,
    int? LeastPhysBits,
    string? Refusal,
    ImmutableArray<string> Steps,
    ImmutableArray<MapRegionView> Map,
    ImmutableArray<FittedDeviceView> Devices,
    ImmutableArray<CureView> Cures,
    ImmutableArray<FindingView> Findings,
    FailOnView? FailOn,
    ImmutableArray<string> Notes)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.fit/1";

    /// <summary>A document of <paramref name="result"/>.</summary>
    public static FitDocument Of(string host, FitResult result, ImmutableArray<FitCure> cures, int? leastBits, ImmutableArray<Finding> findings, ImmutableArray<PciNote> notes, string? limit) => new(
        SchemaId,
        host,
        FitRequestView.Of(result.Request),
        result.Fits,
        result.Complete,
        leastBits,
        result.Space.Refusal,
        result.Space.Steps,
        [.. AddressMap.Of(result).Select(region => new MapRegionView(region.Range.Start, region.Range.Last, Words.Of(region.Kind), region.Depth, region.Label))],
        [.. result.Devices.Select(device => FittedDeviceView.Of(result, device))],
        [.. cures.Select(cure => new CureView(cure.Id, cure.Text, FitRequestView.Of(cure.After.Request)))],
        [.. findings.Select(FindingView.Of)],
        FailOnView.Of(limit, findings),
        [.. notes.Select(note => note.ToString())]);
}

/// <summary>Every option in force. Sizes in bytes.</summary>
internal sealed record FitRequestView(
    int Gpus,
    ulong Ram,
    int PhysBits,
    string Cpu,
    bool AvoidsHyperTransport,
    string Firmware,
    ulong? Mmio64Megabytes,
    ulong Hole64,
    AddressRangeView? Window,
    int Bridges,
    int SparePorts,
    ulong? Pref64Reserve,
    string GuestKernel,
    bool Realloc,
    bool NoCrs)
{
    /// <summary>A view of <paramref name="request"/>.</summary>
    public static FitRequestView Of(FitRequest request) => new(
        request.Devices.Length,
        request.RamBytes,
        request.PhysicalBits,
        Words.Of(request.Cpu),
        request.AvoidsHyperTransport,
        FitOptions.WordOf(request.Window),
        request.Mmio64Megabytes,
        request.Hole64Bytes,
        AddressRangeView.Of(request.GivenWindow),
        request.Bridges,
        request.SparePorts,
        request.Pref64Reserve,
        request.GuestKernel.ToString(),
        request.Realloc,
        request.NoCrs);
}

/// <summary>Addresses, both ends inclusive.</summary>
internal sealed record AddressRangeView(ulong Start, ulong Last)
{
    /// <summary>A view of <paramref name="range"/>.</summary>
    public static AddressRangeView? Of(BusRange? range) => range is { } known ? new AddressRangeView(known.Start, known.Last) : null;
}

/// <summary>A stretch of the address space; what lies inside another follows it with a larger depth.</summary>
internal sealed record MapRegionView(ulong Start, ulong Last, string Kind, int Depth, string Label);

/// <summary>A device where it landed.</summary>
internal sealed record FittedDeviceView(string Address, string Function, string Name, bool Complete, ImmutableArray<FittedBarView> Bars)
{
    /// <summary>A view of <paramref name="device"/>.</summary>
    public static FittedDeviceView Of(FitResult result, FittedDevice device) => new(
        device.Device.Label,
        device.Function,
        device.Device.Name,
        device.IsComplete,
        [.. device.Bars.Select(bar => new FittedBarView(bar.Bar.Region.Index, bar.Bar.Declaration.Bytes, bar.Bar.Declaration.Kind == BarKind.Memory64, bar.Range?.Start, bar.IsReachable ? null : FitWhy.Of(result, device, bar)))]);
}

/// <summary>A BAR: where it begins, or why it has no place that devices can reach.</summary>
internal sealed record FittedBarView(int? Region, ulong Bytes, bool Is64, ulong? Start, string? Why);

/// <summary>A change with which everything fits, and all settings then in force.</summary>
internal sealed record CureView(string Id, string Text, FitRequestView Settings);
