using System.Collections.Immutable;
using Fast.Machines;
using Fast.Machines.Xen;

namespace Fast.Tool.Run.Xen;

/// <summary>What <c>fast run --json</c> prints for a scenario about Xen.</summary>
internal sealed record XenDocument(
    string Schema,
    string Scenario,
    string Machine,
    string Title,
    string Source,
    ImmutableArray<XenSettingView> Defaults,
    ImmutableArray<XenCostView> Costs,
    ImmutableArray<XenSourceView> CostSources,
    ImmutableArray<XenRunView> Runs,
    ImmutableArray<XenCrossoverView> Crossovers,
    ImmutableArray<XenBarMapView> BarMaps)
{
    /// <summary>A document of <paramref name="result"/>.</summary>
    public static XenDocument Of(string name, XenScenarioResult result)
    {
        var standard = new XenSettings();
        return new XenDocument(
            RunVerb.SchemaId,
            name,
            XenScenario.Machine,
            result.Scenario.Title,
            result.Scenario.Source,
            [.. XenSetting.All.Select(setting => new XenSettingView(setting.Name, setting.Show(standard), setting.Why))],
            [.. result.Costs.Figures.Select(each => new XenCostView(each.Name, each.Value, each.Confidence, each.Source))],
            [.. result.Costs.Sources.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => new XenSourceView(each.Key, each.Value))],
            [.. result.Runs.Select(each => XenRunView.Of(each.Run, each.Result))],
            [.. Crossover.Of(result).Select(each => new XenCrossoverView(each.First, each.Other, each.FirstWinsAtLowest, each.Rate))],
            [.. result.BarMaps.Select(each => new XenBarMapView(each.Run.Name, each.Run.Bytes, each.Run.Largest.ToString(), SizesView.Of(each.Entries), each.Entries.Total, each.Calls, each.Tables, each.Seconds))]);
    }
}

/// <summary>A setting's default and where it comes from.</summary>
internal sealed record XenSettingView(string Name, string Value, string Why);

/// <summary>A setting of a run that is not the default.</summary>
internal sealed record XenChangeView(string Name, string Value);

/// <summary>A cost or limit.</summary>
internal sealed record XenCostView(string Name, double Value, string Confidence, string Source);

/// <summary>A source of costs.</summary>
internal sealed record XenSourceView(string Id, string Text);

/// <summary>Where the first run begins to lose against another, or to win.</summary>
internal sealed record XenCrossoverView(string First, string Other, bool FirstWinsAtLowest, double? MigrationsPerSecond);

/// <summary>A BAR that was mapped whole.</summary>
internal sealed record XenBarMapView(string Name, ulong BarBytes, string LargestLeaf, SizesView Entries, ulong AllEntries, ulong Calls, ulong Tables, double Seconds);
