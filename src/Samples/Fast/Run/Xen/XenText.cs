using System.Globalization;

namespace Fast.Tool.Run.Xen;

/// <summary>Draws the result of a scenario about Xen.</summary>
internal static class XenText
{
    private const int Columns = 5;

    /// <summary>Writes it.</summary>
    public static void Write(XenDocument document, Page page)
    {
        page.Strong(document.Title);
        if (document.Runs.Length > 0) WriteRuns(document, page);
        if (document.BarMaps.Length > 0) WriteBarMaps(document, page);
        WriteBasis(document, page);
        page.Line();
        page.Line($"Source: {document.Source}");
    }

    private static void WriteRuns(XenDocument document, Page page)
    {
        var runs = document.Runs;
        foreach (var run in runs.DistinctBy(run => run.Name)) page.Line($"  {run.Name}: {run.StrategyText}{(run.ChangesGuestDriver ? "; needs another driver in the guest" : "")}");
        page.Heading($"What it does in {Numbers.Seconds(runs[0].SimulatedSeconds)} of simulated time; entries of a p2m or of IOMMUs' own tables");
        page.Rows(
            ["run", "moves", "dom0's entries", "guest's entries", "IOMMUs' entries", "split 1G", "split 2M", "calls", "continued", "cost"],
            runs.Select(run => (IReadOnlyList<string>)
            [
                NameOf(document, run), Count(run.Buffers.Migrations), Count(run.Dom0.EntriesWritten.Total), Count(run.Guest.EntriesWritten.Total), Count(run.Dom0.IommuEntriesWritten.Total + run.Guest.IommuEntriesWritten.Total),
                Count(run.Dom0.Shattered.Large + run.Guest.Shattered.Large), Count(run.Dom0.Shattered.Middle + run.Guest.Shattered.Middle),
                Count(run.Calls.All), Count(run.Calls.Continuations), Numbers.Seconds(run.CostSeconds),
            ]));
        WriteCheapest(document, page);
        page.Heading("Whom it keeps waiting; cost = in Xen + waiting for a p2m lock + vCPUs of the guest that stand still; what smaller leaves cost every walk afterwards is not in it");
        page.Rows(
            ["run", "in Xen", "dom0's lock: held", "waited", "guest's lock: held", "waited", "revoked p99", "longest", "over budget", "guest faults", "stall"],
            runs.Select(run => (IReadOnlyList<string>)
            [
                NameOf(document, run), Numbers.Seconds(run.Calls.XenSeconds), Numbers.Seconds(run.Dom0.Lock.HoldSeconds), Numbers.Seconds(run.Dom0.Lock.WaitSeconds),
                Numbers.Seconds(run.Guest.Lock.HoldSeconds), Numbers.Seconds(run.Guest.Lock.WaitSeconds), Numbers.Seconds(run.Revocations.P99Seconds), Numbers.Seconds(run.Revocations.LongestSeconds),
                $"{run.Revocations.OverBudget} of {run.Revocations.Count}", Count(run.Faults.Faults), Numbers.Seconds(run.Faults.StallSeconds),
            ]));
        page.Heading("What it takes, and what it leaves behind");
        page.Rows(
            ["run", "extents per RAM buffer", "longest for GPU", "references held", "set aside", "guest gave up", "refused", "dom0's leaves at the end", "its tables"],
            runs.Select(run => (IReadOnlyList<string>)
            [
                NameOf(document, run), run.Device.Buffers == 0 ? "-" : Numbers.Factor(run.Device.Extents / (double)run.Device.Buffers), Numbers.Bytes(run.Device.LongestBytes), Count(run.References.Held),
                Numbers.Bytes(run.Memory.ReservedBytes), Numbers.Bytes(run.Memory.MostBalloonedBytes), Count(run.Buffers.Refused), Leaves(run), Count(run.Dom0.Tables),
            ]));
        WriteFailedOrders(document, page);
        WriteShattering(document, page);
        if (document.Crossovers.Length > 0) WriteCrossovers(document, page);
        foreach (var run in runs)
        {
            foreach (var violation in run.Violations) page.Line($"{NameOf(document, run)}: does not hold: {violation}");
        }
    }

    /// <summary>A crossing in words.</summary>
    public static string Sentence(XenCrossoverView crossover)
    {
        var (lower, higher) = crossover.FirstWinsAtLowest ? (crossover.First, crossover.Other) : (crossover.Other, crossover.First);
        return crossover.MigrationsPerSecond is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"'{lower}' is cheaper up to {rate:0.####} moves per second, '{higher}' beyond.")
            : $"'{lower}' is cheaper than '{higher}' at every rate.";
    }

    /// <summary>How a run is called; with its rate where there are several.</summary>
    public static string NameOf(XenDocument document, XenRunView run) => document.Crossovers.Length == 0 ? run.Name : string.Create(CultureInfo.InvariantCulture, $"{run.Name}, {run.MigrationsPerSecond}/s");

    private static string Leaves(XenRunView run) => run.Dom0.Leaves.Total == 0 ? "PV: none" : $"{Count(run.Dom0.Leaves.Large)} x 1G, {Count(run.Dom0.Leaves.Middle)} x 2M, {Count(run.Dom0.Leaves.Small)} x 4K";

    /// <summary>What somebody who has to choose reads first.</summary>
    private static void WriteCheapest(XenDocument document, Page page)
    {
        // Only what runs on the same machine with the same workload can be compared so.
        if (document.Crossovers.Length > 0 || document.Runs.DistinctBy(run => run.Strategy).Count() < 2 || document.Runs.DistinctBy(SameButDom0).Count() > 1) return;
        var cheapest = document.Runs.MinBy(run => run.CostSeconds)!;
        page.Line($"Cheapest: {cheapest.Name}{(cheapest.Memory.ReservedBytes > 0 ? $", with {Numbers.Bytes(cheapest.Memory.ReservedBytes)} set aside" : "")}.");
        if (!cheapest.ChangesGuestDriver || document.Runs.All(run => run.ChangesGuestDriver)) return;
        page.Line($"Cheapest with virtio-gpu's driver of today: {document.Runs.Where(run => !run.ChangesGuestDriver).MinBy(run => run.CostSeconds)!.Name}.");
    }

    private static string SameButDom0(XenRunView run) => string.Join(';', run.Settings.Where(setting => setting.Name != "dom0").Select(setting => $"{setting.Name}={setting.Value}"));

    private static void WriteFailedOrders(XenDocument document, Page page)
    {
        foreach (var run in document.Runs.Where(run => run.Device.FailedOrders.Length > 0))
        {
            var orders = run.Device.FailedOrders.Select(each => $"{Numbers.Count((long)each.Count)} of {Numbers.Bytes(4096UL << each.Order)}");
            page.Line($"{NameOf(document, run)}: Xen's heap had no such block: {string.Join(", ", orders)}");
        }
    }

    /// <summary>How dom0's large leaves went, for runs whose leaves change.</summary>
    private static void WriteShattering(XenDocument document, Page page)
    {
        var changed = document.Runs.Where(run => run.Dom0.Shattered.Total > 0 && run.Samples.Length >= Columns).ToList();
        if (changed.Count == 0) return;
        page.Heading("1 GiB leaves of dom0's map that are left; nothing merges them again unless collapseSeconds says so");
        var at = Enumerable.Range(1, Columns).Select(part => (changed[0].Samples.Length * part / Columns) - 1).ToArray();
        page.Rows(
            ["run", .. at.Select(index => $"after {Numbers.Seconds(changed[0].Samples[index].Seconds)}")],
            changed.Select(run => (IReadOnlyList<string>)[NameOf(document, run), .. at.Select(index => Count(run.Samples[index].Dom0.Large))]));
    }

    private static void WriteCrossovers(XenDocument document, Page page)
    {
        var rates = document.Runs.Select(run => run.MigrationsPerSecond).Distinct().Order().ToArray();
        page.Heading("Cost by how often buffers move");
        page.Rows(
            ["run", .. rates.Select(rate => string.Create(CultureInfo.InvariantCulture, $"{rate}/s"))],
            document.Runs.GroupBy(run => run.Name).Select(group => (IReadOnlyList<string>)
                [group.Key, .. rates.Select(rate => Numbers.Seconds(group.First(run => run.MigrationsPerSecond == rate).CostSeconds))]));
        foreach (var crossover in document.Crossovers) page.Line(Sentence(crossover));
    }

    private static void WriteBarMaps(XenDocument document, Page page)
    {
        page.Heading("A BAR mapped whole into a guest");
        page.Rows(
            ["how", "BAR", "largest leaf", "entries", "calls", "tables", "time"],
            document.BarMaps.Select(map => (IReadOnlyList<string>)
            [
                map.Name, Numbers.Bytes(map.BarBytes), map.LargestLeaf, Count(map.AllEntries), Count(map.Calls), Count(map.Tables), Numbers.Seconds(map.Seconds),
            ]));
    }

    private static void WriteBasis(XenDocument document, Page page)
    {
        page.Heading("Counts are counted on real tables; times follow from these costs of Xen's steps");
        page.Rows(
            ["cost or limit", "confidence", "source", "value"],
            document.Costs.Select(cost => (IReadOnlyList<string>)[cost.Name, cost.Confidence, cost.Source, cost.Value.ToString("#,0.###", CultureInfo.InvariantCulture)]),
            textColumns: 3);
        foreach (var source in document.CostSources) page.Line($"  {source.Id}: {source.Text}");
        if (document.Runs.Length == 0) return;
        var changed = document.Runs.SelectMany(run => run.Settings).Select(setting => setting.Name).Where(name => name != "migrationsPerSecond" || document.Crossovers.Length == 0).Distinct().ToHashSet();
        page.Heading("Settings: their defaults and where these come from; * not the default in some run");
        page.Rows(
            ["setting", "where the default comes from", "default"],
            document.Defaults.Select(setting => (IReadOnlyList<string>)[(changed.Contains(setting.Name) ? "* " : "") + setting.Name, setting.Why, setting.Value]),
            textColumns: 2);
        foreach (var run in document.Runs.DistinctBy(run => run.Name).Where(run => run.Settings.Length > 0))
            page.Line($"* {run.Name}: {string.Join(", ", run.Settings.Where(setting => changed.Contains(setting.Name)).Select(setting => $"{setting.Name} {setting.Value}"))}");
    }

    private static string Count(ulong value) => Numbers.Count((long)value);
}
