using Fast.Linux;

namespace Fast.Tool.Map;

/// <summary>The same BAR on every kernel that was counted, and on the fast path.</summary>
internal static class CompareText
{
    /// <summary>Writes the comparison: kernels from the oldest to the newest, the fast path last.</summary>
    public static void Write(IReadOnlyList<MapRun> runs, CliStreams streams)
    {
        var page = new Page(streams);
        foreach (var line in Headline(runs)) page.Strong(line);
        if (!runs[0].Case.Iommu.IsCounted) page.Line($"{IommuView.Of(runs[0].Case.Iommu, runs.Select(run => run.Case.Profile))}.");
        var documents = runs.Select(run => run.ToDocument()).ToList();
        page.Heading($"{Numbers.Bytes(runs[0].Case.Bytes)} of BAR, {(runs[0].Case.Warm ? "mapped again (warm)" : "mapped for the first time (cold)")}, executed on real tables");
        page.Rows(
            ["", .. runs.Select(run => Name(run))],
            [
                Row("map: pfn lookups", documents, each => IsFast(each) ? "-" : Numbers.Count(each.Map.VaddrGetPfns)),
                Row("map: lookups counted on the real kernel", documents, each => each.Counted is { } counted ? Numbers.Count(counted.VaddrGetPfns) : "-"),
                Row("map: leaves visited", documents, each => Numbers.Count(each.Map.LeavesVisited)),
                Row("map: CPU page faults", documents, each => Numbers.Count(each.Map.Faults)),
                Row("map: predicted on a server", documents, each => each.Predicted is { } predicted ? Numbers.Seconds(predicted.Map.Seconds) : "-"),
                Row("map: executed here", documents, each => Numbers.Seconds(each.Time.MapNanoseconds * 1e-9)),
                Row("unmap: translations asked for", documents, each => Numbers.Count(each.Unmap.IovaToPhys)),
                Row("unmap: entries removed", documents, each => IsFast(each) ? Numbers.Count(each.Unmap.LeavesVisited) : "-"),
                Row("unmap: predicted (counted, not timed)", documents, each => each.Predicted is { } predicted ? Numbers.Seconds(predicted.Unmap.Seconds) : "-"),
                Row("unmap: executed here", documents, each => Numbers.Seconds(each.Time.UnmapNanoseconds * 1e-9)),
                Row("leaves in the CPU's table", documents, each => Leaves.Text(each.Map.CpuLeaves)),
                Row("leaves in the IOMMU's table", documents, each => Leaves.Text(each.Map.IommuLeaves)),
            ]);
    }

    /// <summary>What changed, what did not, and what could: every figure from the runs.</summary>
    private static IEnumerable<string> Headline(IReadOnlyList<MapRun> runs)
    {
        var (before, after, fast) = (runs.Last(run => IsKernel(run) && !run.Case.Profile.Has(VfioPatches.UseMask)), runs[^2], runs[^1]);
        if (runs.Any(run => !run.Outcome.Ok))
        {
            foreach (var run in runs.Where(run => !run.Outcome.Ok))
                yield return $"{Name(run)} refuses the mapping with {run.Outcome.Errno}; the device gets nothing.";
            yield break;
        }

        var (many, few) = (before.Outcome.Map.VaddrGetPfns, after.Outcome.Map.VaddrGetPfns);
        var names = $"Linux {before.Case.Kernel.Version} to {after.Case.Kernel.Version}";
        yield return many == few
            ? $"Map: {Numbers.Count(many, "lookup")} stay {Numbers.Count(few)} ({names}): the size or the addresses allow no larger leaves."
            : $"Map: {Numbers.Count(many)} lookups become {Numbers.Count(few)} (÷ {Numbers.Factor((double)many / few)}); {Band(before)} becomes {Band(after)} ({names}).";
        var scans = runs.Where(IsKernel).Select(run => run.Outcome.Unmap.IovaToPhys).Distinct().ToList();
        if (scans.Count == 1)
            yield return $"Unmap: stays at {Numbers.Count(scans[0], "step")} on every one of these kernels (VFIO type1 on {(runs[0].Case.Iommu.IsCounted ? "VT-d" : runs[0].Case.Iommu.Title)}), so map and unmap together improve only {Together(runs, before)} by instructions.";
        else
            yield return $"Unmap: {ByEntry(runs)}: VFIO type1 goes by entry on {runs[0].Case.Iommu.Title} up to Linux 6.19, and by 4K since 7.0.";
        yield return $"Fast path: does both in {LeafCount(fast.Outcome.Map.LeavesVisited, fast.Outcome.Unmap.LeavesVisited)}, here in {Numbers.Seconds(fast.Outcome.MapNanoseconds * 1e-9)} and {Numbers.Seconds(fast.Outcome.UnmapNanoseconds * 1e-9)}.";
    }

    private static string ByEntry(IReadOnlyList<MapRun> runs) =>
        string.Join(", ", runs.Where(IsKernel).GroupBy(run => run.Outcome.Unmap.IovaToPhys).Select(group => $"{Numbers.Count(group.Key)} {(group.Key == 1 ? "step" : "steps")} on Linux {Versions(group)}"));

    private static string Versions(IEnumerable<MapRun> runs) => string.Join(" and ", runs.Select(run => run.Case.Kernel.Version));

    private static string Together(IReadOnlyList<MapRun> runs, MapRun before)
    {
        var factors = runs.Where(run => IsKernel(run) && run.Case.Profile.Has(VfioPatches.UseMask)).Select(run => Instructions(before) / Instructions(run)).Order().ToList();
        return $"{Numbers.Factor(factors[0])} to {Numbers.Factor(factors[^1])} times";
    }

    private static double Instructions(MapRun run) => run.Map!.Value.Instructions + run.Unmap!.Value.Instructions;

    private static string Band(MapRun run) => MapText.Band(SecondsView.Of(run.Map!.Value.Seconds));

    private static string LeafCount(long mapped, long unmapped) =>
        mapped == unmapped ? Meaning.LeafCount(mapped) : $"{Numbers.Count(mapped)} and {Meaning.LeafCount(unmapped)}";

    private static string Name(MapRun run) => IsKernel(run) ? $"Linux {run.Case.Kernel.Version}" : "fast path";

    private static bool IsKernel(MapRun run) => run.Case.Path == MapPath.Kernel;

    private static bool IsFast(MapDocument document) => document.Request.Path == "fast";

    private static IReadOnlyList<string> Row(string name, IEnumerable<MapDocument> documents, Func<MapDocument, string> cell) => [name, .. documents.Select(cell)];
}
