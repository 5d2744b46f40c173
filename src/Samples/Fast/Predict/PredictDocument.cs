using System.Collections.Immutable;
using System.Globalization;
using Fast.Machines;
using Fast.PageTables;
using Fast.Tool.Map;

namespace Fast.Tool.Predict;

/// <summary>What <c>fast predict --json</c> prints.</summary>
internal sealed record PredictDocument(
    string Schema,
    string Host,
    PredictRequestView Request,
    IommuView Iommu,
    ImmutableArray<DeviceView> Devices,
    ImmutableArray<KernelView> Kernels,
    string Baseline,
    ImmutableArray<ChangeView> Changes,
    ChangeView? Together,
    int Executed,
    ulong Repeated,
    KnowledgeView Knowledge,
    CalibrationView? Calibration,
    BasesView Bases,
    FailOverView? FailOver,
    ImmutableArray<string> Notes)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.predict/1";

    /// <summary>A document of <paramref name="prediction"/>.</summary>
    public static PredictDocument Of(string host, Prediction prediction, ImmutableArray<PciNote> notes, double? limit)
    {
        var request = prediction.Request;
        ImmutableArray<KernelView> kernels = [.. prediction.Kernels.Select(KernelView.Of)];
        return new PredictDocument(
            SchemaId,
            host,
            new PredictRequestView(
                [.. request.HostKernels.Select(kernel => kernel.ToString())],
                request.GuestKernel.ToString(),
                request.Firmware,
                request.BridgesAbove,
                Words.Of(request.Thp),
                request.Iommu.Name,
                request.VaSkew,
                request.IovaSkew,
                Words.Of(request.Backend),
                request.NoMmap,
                request.Ram is { } ram ? new RamRequestView(ram.Bytes, RamWords.Of(ram.Kind)) : null,
                request.PhysicalBits),
            IommuView.Of(request.Iommu, prediction.Kernels.Select(kernel => kernel.Kernel.Profile)),
            [.. prediction.Devices.Select(DeviceView.Of)],
            kernels,
            prediction.Baseline.Kernel.Version.ToString(),
            [.. prediction.Changes.Select(ChangeView.Of)],
            prediction.Together is { } together ? ChangeView.Of(together) : null,
            prediction.Executed,
            prediction.Repeated,
            KnowledgeView.Of(prediction.Knowledge),
            prediction.Costs.Calibration is { } calibration ? CalibrationView.Of(calibration) : null,
            new BasesView(prediction.Costs.MapGrounds, prediction.Costs.UnmapGrounds, prediction.Costs.RamGrounds, Prediction.EventsBasis),
            limit is { } seconds ? new FailOverView(seconds, kernels.Any(kernel => kernel.Total.Seconds > seconds)) : null,
            [.. notes.Concat(prediction.Notes).Select(note => note.ToString())]);
    }
}

/// <summary>Every option in force. Skews in bytes.</summary>
internal sealed record PredictRequestView(
    ImmutableArray<string> HostKernels, string GuestKernel, string Firmware, int BridgesAbove, string Thp, string Iommu, ulong VaSkew, ulong IovaSkew, string Backend, bool NoMmap, RamRequestView? Ram, int? PhysicalBits);

/// <summary>The guest's memory.</summary>
internal sealed record RamRequestView(ulong Bytes, string Pages);

/// <summary>What the seconds and the events stand on.</summary>
internal sealed record BasesView(string Map, string Unmap, string Ram, string Events);

/// <summary>A device and how often a boot maps each of its BARs.</summary>
internal sealed record DeviceView(string Address, string Name, ImmutableArray<BarView> Bars, ImmutableArray<EventsView> MapEvents)
{
    /// <summary>A view of <paramref name="device"/>.</summary>
    public static DeviceView Of(PredictedDevice device) => new(
        device.Device.Label,
        device.Device.Name,
        [.. device.Bars.Select(bar => new BarView(bar.Region.Index, bar.Region.Bytes!.Value, bar.Region.Prefetchable, bar.IsVisible))],
        [.. device.Events.Where(events => events.Maps > 0).Select(events => new EventsView(MapCauses.IdOf(events.Cause), MapCauses.TextOf(events.Cause), MapCauses.PhaseOf(events.Cause), events.Maps, events.ColdMaps))]);
}

/// <summary>A BAR, and whether the guest sees it when it has booted.</summary>
internal sealed record BarView(int? Region, ulong Bytes, bool Prefetchable, bool Visible);

/// <summary>Map events of one cause; a cold one finds nothing of the BAR in the CPU's table.</summary>
internal sealed record EventsView(string Id, string Text, string Phase, ulong Count, ulong ColdCount);

/// <summary>One phase of the boot.</summary>
internal sealed record PhaseView(string Phase, SecondsView Map, SecondsView Unmap);

/// <summary>The delay on one host kernel.</summary>
internal sealed record KernelView(string Kernel, ProfileView Profile, ImmutableArray<BarPredictionView> Bars, ImmutableArray<PhaseView> Phases, TotalView Total, RamView? Ram)
{
    /// <summary>A view of <paramref name="prediction"/>.</summary>
    public static KernelView Of(KernelPrediction prediction) => new(
        prediction.Kernel.Version.ToString(),
        new ProfileView(prediction.Kernel.Profile.Name, Words.Of(prediction.Kernel.Confidence), prediction.Kernel.Reason),
        [.. prediction.Bars.Select(BarPredictionView.Of)],
        [.. prediction.Phases.Select(part => new PhaseView(part.Phase, SecondsView.Of(part.Time.Map), SecondsView.Of(part.Time.Unmap)))],
        TotalView.Of(prediction.Total),
        prediction.Ram is { } ram ? RamView.Of(ram) : null);
}

/// <summary>Pinning the guest's memory, once and before everything else; not part of the total.</summary>
internal sealed record RamView(string? Errno, ulong Pages, ulong GupCalls, ulong ExecutedBytes, SecondsView Map, SecondsView? MapHugetlb)
{
    /// <summary>A view of <paramref name="ram"/>.</summary>
    public static RamView Of(RamPrediction ram) => new(
        ram.Errno == Fast.Linux.Errno.None ? null : ram.Errno.ToString(), ram.Pages, ram.Calls, ram.ExecutedBytes, SecondsView.Of(ram.Time), ram.HugetlbTime is { } hugetlb ? SecondsView.Of(hugetlb) : null);
}

/// <summary>One BAR on one host kernel.</summary>
internal sealed record BarPredictionView(
    string Device,
    int? Region,
    ulong Bytes,
    string? Errno,
    IReadOnlyDictionary<string, long> CpuLeaves,
    IReadOnlyDictionary<string, long> IommuLeaves,
    ulong MapEvents,
    ulong ColdMapEvents,
    ulong UnmapEvents,
    int Sections,
    ulong MemorySlots,
    ulong Stage2FaultsPerTouch,
    ulong LookupsPerEvent,
    ulong Lookups,
    ulong IovaToPhys,
    SecondsView Map,
    SecondsView Unmap,
    ulong CpuTableBytes,
    ulong IommuTableBytes)
{
    /// <summary>A view of <paramref name="bar"/>.</summary>
    public static BarPredictionView Of(BarPrediction bar) => new(
        bar.Device.Label,
        bar.Region.Index,
        bar.Region.Bytes!.Value,
        bar.Errno == Fast.Linux.Errno.None ? null : bar.Errno.ToString(),
        Leaves.BySize(X64L4.Facts, bar.CpuLeaves),
        Leaves.BySize(bar.IommuLeaves),
        bar.MapEvents,
        bar.ColdMapEvents,
        bar.UnmapEvents,
        bar.Sections,
        bar.MemorySlots,
        bar.Stage2FaultsPerTouch,
        bar.LookupsPerEvent,
        bar.Lookups,
        bar.IovaToPhys,
        SecondsView.Of(bar.Time.Map),
        SecondsView.Of(bar.Time.Unmap),
        bar.CpuTableBytes,
        bar.IommuTableBytes);
}

/// <summary>All BARs: map, unmap, and both together.</summary>
internal sealed record TotalView(SecondsView Map, SecondsView Unmap, double Seconds, double Low, double High)
{
    /// <summary>A view of <paramref name="total"/>.</summary>
    public static TotalView Of(MapAndUnmap total) =>
        new(SecondsView.Of(total.Map), SecondsView.Of(total.Unmap), total.Sum.Center, total.Sum.Low, total.Sum.High);
}

/// <summary>One thing to change, compared with the baseline.</summary>
internal sealed record ChangeView(string Id, string Text, double SavesSeconds, TotalView After, bool Alternative)
{
    /// <summary>A view of <paramref name="change"/>.</summary>
    public static ChangeView Of(PredictedChange change) => new(change.Id, change.Text, change.SavesSeconds, TotalView.Of(change.After), change.IsAlternative);
}

/// <summary>The knowledge that priced and counted, and what its main figures stand on.</summary>
internal sealed record KnowledgeView(
    string Source, string Fingerprint, FigureView NanosecondsPerInstruction, FigureView MapBand, FigureView UnmapBand, FigureView RamBand, ImmutableArray<SourceView> Sources)
{
    /// <summary>A view of <paramref name="knowledge"/>.</summary>
    public static KnowledgeView Of(Knowledge knowledge) => new(
        knowledge.Source,
        knowledge.Fingerprint,
        FigureView.Of(knowledge.NanosecondsPerInstruction),
        FigureView.Of(knowledge.MapBand),
        FigureView.Of(knowledge.UnmapBand),
        FigureView.Of(knowledge.RamBand),
        [.. knowledge.Sources.OrderBy(source => source.Key, StringComparer.Ordinal).Select(source => new SourceView(source.Key, source.Value))]);
}

/// <summary>A number and its origin.</summary>
internal sealed record FigureView(double Value, string Confidence, string Source)
{
    /// <summary>A view of <paramref name="figure"/>.</summary>
    public static FigureView Of(Figure figure) => new(figure.Value, Words.Of(figure.Confidence), figure.Source);

    /// <summary>The number and its kind.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value} ({Confidence})");
}

/// <summary>Where figures come from.</summary>
internal sealed record SourceView(string Id, string Text);

/// <summary>The limit, and whether any host kernel is above it.</summary>
internal sealed record FailOverView(double Seconds, bool Exceeded);
