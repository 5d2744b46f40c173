using System.Collections.Immutable;
using Fast.Machines;
using Fast.Tool.Map;

namespace Fast.Tool.Run.Rebalance;

/// <summary>What <c>fast run --json</c> prints of rebalancing.</summary>
internal sealed record RebalanceDocument(
    string Schema,
    string Machine,
    string Scenario,
    string Title,
    string Source,
    int Histories,
    ImmutableArray<WindowView> Windows,
    ImmutableArray<HostView> Hosts,
    ImmutableArray<StrategyView> Strategies)
{
    private const string FlipBasis = "timed by others, unmap and map together; events executed";
    private const string PricedBasis = $"map {CostModel.MapBasis}; unmap {CostModel.UnmapBasis}";

    /// <summary>A document of <paramref name="result"/>.</summary>
    public static RebalanceDocument Of(string name, RebalanceResult result) => new(
        RunVerb.SchemaId,
        RebalanceScenario.Machine,
        name,
        result.Scenario.Title,
        result.Scenario.Source,
        result.Strategies[0].Histories.Length,
        [.. result.Scenario.Windows.Select(window => ViewOf(window, result.Scenario))],
        [.. result.Scenario.Hosts.Select(host => new HostView(host.Name, host.Prices.Flip is null ? PricedBasis : FlipBasis))],
        [.. result.Strategies.Select(strategy => StrategyView.Of(strategy, result.Scenario.Hosts))]);

    private static WindowView ViewOf(WindowPlan window, RebalanceScenario scenario)
    {
        var devices = scenario.Devices.Where(device => device.Window == window.Name).Select(device => (Name: device.Device, Why: scenario.Types.First(type => type.Name == device.Type).Immovable)).ToList();
        return new WindowView(
            window.Name,
            window.Range.Start,
            window.Range.Bytes,
            Words.Of(window.Ports),
            window.Slots,
            devices.Count,
            [.. devices.Where(device => device.Why is not null).Select(device => new FixedView(device.Name, device.Why!))]);
    }
}

/// <summary>A window.</summary>
internal sealed record WindowView(string Name, ulong Start, ulong Bytes, string Ports, int Slots, int Devices, ImmutableArray<FixedView> Immovable);

/// <summary>A device that must stay where the firmware put it.</summary>
internal sealed record FixedView(string Device, string Why);

/// <summary>A host, and what its seconds stand on.</summary>
internal sealed record HostView(string Name, string Basis);

/// <summary>A strategy over all histories. Counts are sums.</summary>
internal sealed record StrategyView(
    string Name,
    string Policy,
    ImmutableArray<string> Reactions,
    RequestsView Requests,
    FirstRefusedView FirstRefused,
    int Moves,
    ulong MovedBytes,
    int Toggles,
    int Waits,
    int RedonePeers,
    int Boots,
    long ConfigWrites,
    double MeanFragmentation,
    ImmutableArray<HostCostView> Hosts,
    ImmutableArray<HistoryView> Histories,
    ImmutableArray<RequestView> FirstHistory)
{
    /// <summary>A view of <paramref name="result"/>.</summary>
    public static StrategyView Of(StrategyResult result, IReadOnlyList<RebalanceHost> hosts)
    {
        var outcomes = result.Histories.Select(history => history.Outcome).ToList();
        return new StrategyView(
            result.Strategy.Name,
            RebalanceStrategy.WordOf(result.Strategy.Policy),
            [.. result.Strategy.Reactions.Select(RebalanceStrategy.WordOf)],
            RequestsView.Of(outcomes),
            FirstRefusedView.Of(outcomes),
            outcomes.Sum(outcome => outcome.Moves),
            outcomes.Aggregate(0UL, (sum, outcome) => sum + outcome.MovedBytes),
            outcomes.Sum(outcome => outcome.Toggles),
            outcomes.Sum(outcome => outcome.Waits),
            outcomes.Sum(outcome => outcome.RedonePeers),
            outcomes.Sum(outcome => outcome.Boots),
            outcomes.Sum(outcome => outcome.ConfigWrites),
            outcomes.Average(outcome => outcome.MeanFragmentation),
            [.. hosts.Select((host, at) => HostCostView.Of(host.Name, [.. result.Histories.Select(history => history.Costs[at])]))],
            [.. result.Histories.Select(HistoryView.Of)],
            [.. outcomes[0].Requests.Select(RequestView.Of)]);
    }
}

/// <summary>What became of the devices that came; those that were served with less than all of their BARs are counted once more as reduced.</summary>
internal sealed record RequestsView(int All, int Fit, int Reacted, int Reduced, int RefusedFragmented, int RefusedFull, int ServedAtBoot, int LostAtBoot)
{
    /// <summary>Counts them.</summary>
    public static RequestsView Of(IReadOnlyCollection<RebalanceOutcome> outcomes)
    {
        var ends = outcomes.SelectMany(outcome => outcome.Requests).ToLookup(request => request.End);
        return new RequestsView(
            ends.Sum(end => end.Count()),
            ends[RequestEnd.Fits].Count(),
            ends[RequestEnd.Reacted].Count(),
            ends.SelectMany(end => end).Count(request => request.IsReduced),
            ends[RequestEnd.RefusedFragmented].Count(),
            ends[RequestEnd.RefusedFull].Count(),
            outcomes.Sum(outcome => outcome.ServedAtBoot),
            outcomes.Sum(outcome => outcome.LostAtBoot));
    }
}

/// <summary>When a device was refused first: in how many histories, and at which event (of those histories).</summary>
internal sealed record FirstRefusedView(int Histories, double? MedianEvent, int? EarliestEvent, int? LatestEvent)
{
    /// <summary>Measures it.</summary>
    public static FirstRefusedView Of(IEnumerable<RebalanceOutcome> outcomes)
    {
        var events = outcomes.Select(outcome => outcome.FirstRefused?.Event).OfType<int>().Order().ToArray();
        return events.Length == 0 ? new FirstRefusedView(0, null, null, null) : new FirstRefusedView(events.Length, (events[(events.Length - 1) / 2] + events[events.Length / 2]) / 2.0, events[0], events[^1]);
    }
}

/// <summary>Costs on one host, of a mean history but for the longest time away.</summary>
internal sealed record HostCostView(string Name, SecondsView Map, SecondsView Unmap, SecondsView Boots, double DriverSeconds, SecondsView Total, double AwaySeconds, double LongestAwaySeconds, double Maps)
{
    /// <summary>The mean of <paramref name="costs"/>.</summary>
    public static HostCostView Of(string name, IReadOnlyList<HostCost> costs)
    {
        SecondsView Mean(Func<HostCost, Seconds> part)
        {
            var sum = costs.Aggregate(Seconds.Zero, (sum, cost) => sum + part(cost));
            return new SecondsView(sum.Center / costs.Count, sum.Low / costs.Count, sum.High / costs.Count);
        }

        return new HostCostView(
            name,
            Mean(cost => cost.Time.Map),
            Mean(cost => cost.Time.Unmap),
            Mean(cost => cost.Boots.Sum),
            costs.Average(cost => cost.DriverSeconds),
            Mean(cost => cost.Sum),
            costs.Average(cost => cost.AwaySeconds),
            costs.Max(cost => cost.LongestAwaySeconds),
            costs.Average(cost => cost.Maps));
    }
}

/// <summary>One history; seconds by host.</summary>
internal sealed record HistoryView(int Events, int? FirstRefusedEvent, int Refused, int Moves, ulong MovedBytes, int Toggles, ImmutableArray<double> Seconds)
{
    /// <summary>A view of <paramref name="result"/>.</summary>
    public static HistoryView Of(HistoryResult result) => new(
        result.History.Length,
        result.Outcome.FirstRefused?.Event,
        result.Outcome.Requests.Count(request => request.IsRefused),
        result.Outcome.Moves,
        result.Outcome.MovedBytes,
        result.Outcome.Toggles,
        [.. result.Costs.Select(cost => cost.Sum.Center)]);
}

/// <summary>A device that came in the first history.</summary>
internal sealed record RequestView(int Event, string Device, string Type, ulong Bytes, ulong BarBytes, ulong FreeBytes, ulong LargestAlignedBytes, int FreePieces, string End, string? Reaction, ulong GotBytes, int Moved, ImmutableArray<MoveView> Moves)
{
    /// <summary>A view of <paramref name="request"/>.</summary>
    public static RequestView Of(RequestOutcome request) => new(
        request.Event,
        request.Device,
        request.Type,
        request.Bytes,
        request.Wanted,
        request.Free.Total,
        request.Free.LargestAligned,
        request.Free.Gaps,
        Words.Of(request.End),
        request.Reaction is { } reaction ? RebalanceStrategy.WordOf(reaction) : null,
        request.Got,
        request.Moved,
        [.. request.Moves.Select(move => new MoveView(move.Device, move.From.Start, move.To.Start, move.To.Bytes))]);
}

/// <summary>A BAR, or a window of a port, that was moved.</summary>
internal sealed record MoveView(string Device, ulong From, ulong To, ulong Bytes);
