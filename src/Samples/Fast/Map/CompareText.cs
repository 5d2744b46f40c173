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
        page.Heading($"{Numbers.Bytes(runs[0].Case.Bytes)} of {(runs[0].Case.Conditions.Ram is { } kind ? RamWords.Title(kind) : "BAR")}{MapText.Conditions(runs[0].Case.Conditions)}, {(runs[0].Case.Warm ? "mapped again (warm)" : "mapped for the first time (cold)")}, executed on real tables");
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
        foreach (var run in runs.Where(run => !run.Outcome.Ok))
            yield return $"{Name(run)} refuses the mapping with {run.Outcome.Errno}; the device gets nothing.";
        if (runs.Any(run => !run.Outcome.Ok)) yield break;
        var kernels = runs.Where(IsKernel).ToList();
        var (before, after) = (kernels.LastOrDefault(run => !run.Case.Profile.Has(VfioPatches.UseMask)), kernels.LastOrDefault(run => run.Case.Profile.Has(VfioPatches.UseMask)));
        if (before?.Map is not null && after?.Map is not null)
        {
            yield return Map(before, after);
            yield return Unmap(kernels, before);
        }
        else if (kernels.Count > 0)
        {
            yield return $"Map: {PerKernel(kernels, run => run.Outcome.Map.VaddrGetPfns, "lookup")}.";
            yield return $"Unmap: {PerKernel(kernels, run => run.Outcome.Unmap.IovaToPhys, "step")}.";
        }

        if (runs.FirstOrDefault(run => !IsKernel(run)) is { } fast)
            yield return $"Fast path: does both in {LeafCount(fast.Outcome.Map.LeavesVisited, fast.Outcome.Unmap.LeavesVisited)}, here in {Numbers.Seconds(fast.Outcome.MapNanoseconds * 1e-9)} and {Numbers.Seconds(fast.Outcome.UnmapNanoseconds * 1e-9)}.";
    }

    private static string Map(MapRun before, MapRun after)
    {
        var (many, few) = (before.Outcome.Map.VaddrGetPfns, after.Outcome.Map.VaddrGetPfns);
        var names = $"Linux {Version(before)} to {Version(after)}";
        return many == few
            ? $"Map: {Numbers.Count(many, "lookup")} stay {Numbers.Count(few)} ({names}): the size or the addresses allow no larger leaves."
            : $"Map: {Numbers.Count(many)} lookups become {Numbers.Count(few)} (÷ {Numbers.Factor((double)many / few)}); {Band(before)} becomes {Band(after)} ({names}).";
    }

    private static string Unmap(IReadOnlyList<MapRun> kernels, MapRun before)
    {
        var scans = kernels.Select(run => run.Outcome.Unmap.IovaToPhys).Distinct().ToList();
        return scans.Count == 1
            ? $"Unmap: stays at {Numbers.Count(scans[0], "step")} on every one of these kernels (VFIO type1 on {(before.Case.Iommu.IsCounted ? "VT-d" : before.Case.Iommu.Title)}), so map and unmap together improve only {Together(kernels, before)} by instructions."
            : $"Unmap: {PerKernel(kernels, run => run.Outcome.Unmap.IovaToPhys, "step")}: VFIO type1 goes by entry on {before.Case.Iommu.Title} up to Linux 6.19, and by 4K since 7.0.";
    }

    private static string PerKernel(IEnumerable<MapRun> kernels, Func<MapRun, long> count, string what) =>
        string.Join(", ", kernels.GroupBy(count).Select(group => $"{Numbers.Count(group.Key, what)} on Linux {Versions(group)}"));

    private static string Versions(IEnumerable<MapRun> runs) => string.Join(" and ", runs.Select(Version));

    private static string Together(IReadOnlyList<MapRun> runs, MapRun before)
    {
        var factors = runs.Where(run => IsKernel(run) && run.Case.Profile.Has(VfioPatches.UseMask)).Select(run => Instructions(before) / Instructions(run)).Order().ToList();
        var (least, most) = (Numbers.Factor(factors[0]), Numbers.Factor(factors[^1]));
        return least == most ? $"{least} times" : $"{least} to {most} times";
    }

    private static double Instructions(MapRun run) => run.Map!.Value.Instructions + run.Unmap!.Value.Instructions;

    private static string Band(MapRun run) => MapText.Band(SecondsView.Of(run.Map!.Value.Seconds));

    private static string LeafCount(long mapped, long unmapped) =>
        mapped == unmapped ? Meaning.LeafCount(mapped) : $"{Numbers.Count(mapped)} and {Meaning.LeafCount(unmapped)}";

    private static string Name(MapRun run) => IsKernel(run) ? $"Linux {Version(run)}" : "fast path";

    private static string Version(MapRun run) => $"{run.Case.Kernel.Version}{(run.Case.Patches == VfioPatches.None ? "" : $"+{Numbered(run.Case.Patches)}")}";

    /// <summary>A set of patches without a comma, as the list of columns takes it, where it has no gap.</summary>
    private static string Numbered(VfioPatches patches)
    {
        var numbers = VfioPatchSet.Format(patches).Split(',');
        return numbers.Length > 1 && numbers[^1][0] - numbers[0][0] == numbers.Length - 1 ? $"{numbers[0]}..{numbers[^1]}" : string.Join(',', numbers);
    }

    private static bool IsKernel(MapRun run) => run.Case.Path == MapPath.Kernel;

    private static bool IsFast(MapDocument document) => document.Request.Path == "fast";

    private static IReadOnlyList<string> Row(string name, IEnumerable<MapDocument> documents, Func<MapDocument, string> cell) => [name, .. documents.Select(cell)];
}
