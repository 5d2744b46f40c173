using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>What every strategy made of every history.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Strategies">One for each strategy, in order.</param>
public sealed record RebalanceResult(RebalanceScenario Scenario, ImmutableArray<StrategyResult> Strategies);

/// <summary>What a strategy made of every history.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="Histories">One for each history, in order.</param>
public sealed record StrategyResult(RebalanceStrategy Strategy, ImmutableArray<HistoryResult> Histories);

/// <summary>What a strategy made of one history.</summary>
/// <param name="History">What happened.</param>
/// <param name="Outcome">Counted on the guest of the first host.</param>
/// <param name="Costs">One for each host, in order.</param>
public sealed record HistoryResult(ImmutableArray<HistoryEvent> History, RebalanceOutcome Outcome, ImmutableArray<HostCost> Costs);

/// <summary>
/// Runs a scenario: for each strategy and history the machine is executed once for each kind of guest among the hosts, and its map events are priced for each host. A host's kernel
/// changes no event, so hosts with the same guest share an execution.
/// </summary>
/// <param name="knowledge">Costs.</param>
/// <param name="cases">Executed cases.</param>
/// <param name="calibration">Rates of one's own machine in place of the public ones, or <see langword="null"/>.</param>
public sealed class RebalanceRunner(Knowledge knowledge, BarCaseCache cases, Calibration? calibration = null)
{
    /// <summary>Runs all.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="done">Told how many of the histories are done, over all strategies, and of how many.</param>
    /// <param name="progress">Told while a case is executed.</param>
    /// <param name="cancellation">Looked at for each history and while a case is executed.</param>
    /// <exception cref="InvalidOperationException">A rule of the guard did not hold: a defect of the mover.</exception>
    public RebalanceResult Run(RebalanceScenario scenario, Action<long, long>? done = null, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var generator = scenario.Random is { } random ? new HistoryGenerator(scenario, random) : null;
        ImmutableArray<ImmutableArray<HistoryEvent>> histories = generator is null ? [scenario.History] : [.. Enumerable.Range(0, scenario.Random!.Count).Select(generator.Draw)];
        var pricing = new HostPricing(new EventPrices(knowledge, cases, calibration), progress, cancellation);
        var finished = 0L;
        var strategies = ImmutableArray.CreateBuilder<StrategyResult>();
        foreach (var strategy in scenario.Strategies)
        {
            var results = ImmutableArray.CreateBuilder<HistoryResult>();
            foreach (var history in histories)
            {
                cancellation.ThrowIfCancellationRequested();
                results.Add(Run(scenario, strategy, history, pricing, keepsSnapshots: results.Count == 0));
                done?.Invoke(++finished, (long)histories.Length * scenario.Strategies.Length);
            }

            strategies.Add(new StrategyResult(strategy, results.ToImmutable()));
        }

        return new RebalanceResult(scenario, strategies.ToImmutable());
    }

    private static HistoryResult Run(RebalanceScenario scenario, RebalanceStrategy strategy, ImmutableArray<HistoryEvent> history, HostPricing pricing, bool keepsSnapshots)
    {
        var outcomes = scenario.Hosts.Select(host => host.Guest).Distinct()
            .ToDictionary(guest => guest, guest => RebalanceExecution.Run(scenario, strategy, history, guest.Kernel, guest.Prepopulate, keepsSnapshots));
        if (outcomes.Values.SelectMany(outcome => outcome.Violations).FirstOrDefault() is { } violation) throw new InvalidOperationException($"rebalancing by '{strategy.Name}': {violation}");
        var costs = scenario.Hosts.Select(host => pricing.Of(host.Prices, outcomes[host.Guest].Steps));
        return new HistoryResult(history, outcomes[scenario.Hosts[0].Guest] with { Steps = [] }, [.. costs]);
    }
}
