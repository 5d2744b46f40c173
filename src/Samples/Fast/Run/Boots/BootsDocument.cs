using System.Collections.Immutable;
using Fast.Machines;
using Fast.Tool.Map;

namespace Fast.Tool.Run.Boots;

/// <summary>What <c>fast run --json</c> prints of boots.</summary>
internal sealed record BootsDocument(string Schema, string Machine, string Scenario, string Title, string Source, string MapBasis, string UnmapBasis, ImmutableArray<RunView> Runs)
{
    private const string FlipBasis = "timed by others, unmap and map together; events executed";

    /// <summary>A document of <paramref name="result"/>.</summary>
    public static BootsDocument Of(string name, BootResult result) => new(
        RunVerb.SchemaId,
        result.Scenario.IsHyperV ? BootScenario.HyperV : BootScenario.Kvm,
        name,
        result.Scenario.Title,
        result.Scenario.Source,
        result.Scenario.IsHyperV ? FlipBasis : CostModel.MapBasis,
        result.Scenario.IsHyperV ? FlipBasis : CostModel.UnmapBasis,
        [.. result.Runs.Select(RunView.Of)]);
}

/// <summary>One way to boot. Events of the largest BAR of each device.</summary>
internal sealed record RunView(
    string Name,
    int Events,
    long ConfigWrites,
    SecondsView Map,
    SecondsView Unmap,
    double Seconds,
    double Low,
    double High,
    ObservedView? Observed,
    ImmutableArray<RunDeviceView> Devices)
{
    /// <summary>A view of <paramref name="run"/>.</summary>
    public static RunView Of(RunResult run) => new(
        run.Run.Name,
        run.Events,
        run.ConfigWrites,
        SecondsView.Of(run.Time.Map),
        SecondsView.Of(run.Time.Unmap),
        run.Time.Sum.Center,
        run.Time.Sum.Low,
        run.Time.Sum.High,
        run.Run.Observed is { } observed ? new ObservedView(observed.Text, observed.Seconds, run.Explained, run.Assumed, run.Unexplained!.Value) : null,
        [.. run.Devices.Select(device => new RunDeviceView(
            device.Name, device.BarBytes, device.VisibleBars, device.Bars, [.. device.Events.Select(events => new RunEventsView(MapCauses.IdOf(events.Cause), events.Maps, events.ColdMaps))]))]);
}

/// <summary>What somebody observed, and how much of it stands on a timing, on a count, and on nothing.</summary>
internal sealed record ObservedView(string Text, double Seconds, double Explained, double Assumed, double Unexplained);

/// <summary>A device and its largest BAR.</summary>
internal sealed record RunDeviceView(string Name, ulong BarBytes, int VisibleBars, int Bars, ImmutableArray<RunEventsView> Events);

/// <summary>Map events of one cause.</summary>
internal sealed record RunEventsView(string Id, int Count, int ColdCount);
