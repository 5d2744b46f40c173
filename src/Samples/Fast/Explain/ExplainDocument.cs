using System.Collections.Immutable;
using Fast.Machines;
using Fast.Tool.Map;

namespace Fast.Tool.Explain;

/// <summary>What <c>fast explain --json</c> prints.</summary>
internal sealed record ExplainDocument(
    string Schema,
    string Host,
    ExplainRequestView Request,
    ProfileView Profile,
    ImmutableArray<ExplainedDeviceView> Devices,
    ImmutableArray<FindingView> Findings,
    FailOnView? FailOn,
    ImmutableArray<string> Notes)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.explain/1";

    /// <summary>A document of <paramref name="explanation"/>.</summary>
    public static ExplainDocument Of(string host, string vmm, Explanation explanation, IReadOnlyDictionary<ExplainedBar, bool> executed, ImmutableArray<PciNote> notes, string? limit)
    {
        var (request, kernel) = (explanation.Request, explanation.Kernel);
        return new ExplainDocument(
            SchemaId,
            host,
            new ExplainRequestView(
                request.HostKernel.ToString(),
                vmm,
                Words.Of(request.Thp),
                request.IsAdvised,
                request.Iommu.Name,
                Words.Of(request.Backend),
                [.. request.Vas.Select(RegionAddressView.Of)],
                [.. request.Iovas.Select(RegionAddressView.Of)],
                [.. request.Holes.Select(RegionPartView.Of)],
                [.. request.Protected.Select(RegionPartView.Of)]),
            new ProfileView(kernel.Profile.Name, Words.Of(kernel.Confidence), kernel.Reason),
            [.. explanation.Devices.Select(device => new ExplainedDeviceView(device.Device.Label, device.Device.Name, device.Device.Driver, [.. device.Bars.Select(bar => ExplainedBarView.Of(bar, executed))]))],
            [.. explanation.Findings.Select(FindingView.Of)],
            FailOnView.Of(limit, explanation.Findings),
            [.. notes.Select(note => note.ToString())]);
    }
}

/// <summary>Every option in force.</summary>
internal sealed record ExplainRequestView(
    string HostKernel,
    string Vmm,
    string Thp,
    bool Advised,
    string Iommu,
    string Backend,
    ImmutableArray<RegionAddressView> Vas,
    ImmutableArray<RegionAddressView> Iovas,
    ImmutableArray<RegionPartView> Holes,
    ImmutableArray<RegionPartView> Protected);

/// <summary>An address of a region.</summary>
internal sealed record RegionAddressView(int Region, ulong Address)
{
    /// <summary>A view of <paramref name="address"/>.</summary>
    public static RegionAddressView Of(RegionAddress address) => new(address.Region, address.Address);
}

/// <summary>A part of a region.</summary>
internal sealed record RegionPartView(int Region, ulong Offset, ulong Bytes)
{
    /// <summary>A view of <paramref name="part"/>.</summary>
    public static RegionPartView Of(RegionPart part) => new(part.Region, part.Part.Start, part.Part.Bytes);
}

/// <summary>A device and its BARs.</summary>
internal sealed record ExplainedDeviceView(string Address, string Name, string? Driver, ImmutableArray<ExplainedBarView> Bars);

/// <summary>A BAR; <paramref name="ExecutedEqual"/> says whether every leaf was as foreseen, when it was executed.</summary>
internal sealed record ExplainedBarView(
    int? Region, ulong Bytes, ulong Physical, ulong LookupsPerEvent, ImmutableArray<StretchView> Cpu, ImmutableArray<StretchView> Iommu, bool? ExecutedEqual)
{
    /// <summary>A view of <paramref name="bar"/>.</summary>
    public static ExplainedBarView Of(ExplainedBar bar, IReadOnlyDictionary<ExplainedBar, bool> executed) => new(
        bar.Region.Index,
        bar.Region.Bytes!.Value,
        bar.Region.Address!.Value,
        bar.LookupsPerEvent,
        [.. bar.Cpu.Select(StretchView.Of)],
        [.. bar.Iommu.Select(StretchView.Of)],
        executed.TryGetValue(bar, out var equal) ? equal : null);
}

/// <summary>A stretch of equal leaves; no leaf where nothing is mapped.</summary>
internal sealed record StretchView(ulong Offset, ulong Bytes, string? Leaf, ulong Leaves, ImmutableArray<BlockedView> Blocked)
{
    /// <summary>A view of <paramref name="stretch"/>.</summary>
    public static StretchView Of(LeafStretch stretch) =>
        new(stretch.Offset, stretch.Bytes, stretch.Leaf?.ToString(), stretch.Leaves, [.. stretch.Blocked.Select(blocked => new BlockedView(blocked.Leaf.ToString(), ExplainCases.IdOf(blocked.Rule), blocked.Why, blocked.Remedy))]);
}

/// <summary>A larger leaf, and the first rule that keeps it away.</summary>
internal sealed record BlockedView(string Leaf, string Rule, string Why, string? Remedy);
