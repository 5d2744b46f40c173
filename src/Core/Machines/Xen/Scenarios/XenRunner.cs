using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>What came of mapping a BAR whole.</summary>
/// <param name="Run">What was asked.</param>
/// <param name="Entries">Entries written, by size.</param>
/// <param name="Calls">Calls that it took.</param>
/// <param name="Tables">Tables taken for it.</param>
/// <param name="Seconds">Simulated seconds.</param>
public sealed record BarMapResult(BarMapRun Run, LeafSizes Entries, ulong Calls, ulong Tables, double Seconds);

/// <summary>What came of a scenario.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Runs">Its runs, each at each rate.</param>
/// <param name="BarMaps">Its BARs.</param>
/// <param name="Costs">What steps cost.</param>
public sealed record XenScenarioResult(XenScenario Scenario, ImmutableArray<(XenScenarioRun Run, XenRunResult Result)> Runs, ImmutableArray<BarMapResult> BarMaps, XenCosts Costs);

/// <summary>How far a scenario is.</summary>
/// <param name="Run">Run that is at work, from 1.</param>
/// <param name="Of">Runs in all.</param>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">Simulated seconds that are done.</param>
/// <param name="OfSeconds">Simulated seconds of the run.</param>
public readonly record struct XenProgress(int Run, int Of, string Name, double Seconds, double OfSeconds);

/// <summary>Runs scenarios.</summary>
/// <param name="costs">What steps cost.</param>
public sealed class XenRunner(XenCosts costs)
{
    /// <summary>Runs all.</summary>
    public XenScenarioResult Run(XenScenario scenario, IProgress<XenProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var planned = (scenario.Rates.IsEmpty
            ? scenario.Runs
            : scenario.Runs.SelectMany(run => scenario.Rates.Select(rate => run with { Settings = run.Settings with { MigrationsPerSecond = rate } }))).ToList();
        var results = ImmutableArray.CreateBuilder<(XenScenarioRun, XenRunResult)>();
        foreach (var run in planned)
        {
            using var machine = new BlobMachine(run.Settings, run.Strategy, costs);
            var part = progress is null ? null : new Part(progress, results.Count + 1, planned.Count, run);
            results.Add((run, machine.Run(part, cancellation)));
        }

        return new XenScenarioResult(scenario, results.ToImmutable(), [.. scenario.BarMaps.Select(map => Map(map, cancellation))], costs);
    }

    private BarMapResult Map(BarMapRun run, CancellationToken cancellation)
    {
        var pages = run.Bytes >> Pfn.Shift;
        var settings = new XenSettings { Dom0Bytes = PageSize.Size2M.Bytes, GuestBytes = PageSize.Size2M.Bytes, HeapBytes = 0, BarBytes = run.Bytes, HostmemBytes = run.Bytes };
        var simulation = new Simulation();
        var xen = new XenHypervisor(new MachineMemory(MachineBuilder.PagesOf(settings.GuestBytes), pages), simulation, costs) { LargestMmio = run.Largest };
        using var guest = new XenDomain(FrameOwner.Guest, settings.Vcpus, MachineBuilder.Table<XenEpt>(settings), null, sharesP2m: false);
        var bar = FrameExtents.Contiguous(MachineMemory.Bar, pages);
        simulation.Start(Calls());
        simulation.RunOut();
        return new BarMapResult(run, guest.P2mWork.Written, xen.Calls, guest.P2mWork.TablesTaken, simulation.Now / 1e9);

        IEnumerable<Wait> Calls()
        {
            for (var done = 0UL; done < pages;)
            {
                cancellation.ThrowIfCancellationRequested();
                var call = xen.Set(guest, BlobHost.HostmemStart, bar, done, pages, P2mType.MmioDirect, PageSize.Size1G, done > 0);
                done += call.Pages;
                yield return new Wait(call.End);
            }
        }
    }

    private sealed class Part(IProgress<XenProgress> progress, int number, int of, XenScenarioRun run) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new XenProgress(number, of, run.Name, value, run.Settings.Seconds));
    }
}
