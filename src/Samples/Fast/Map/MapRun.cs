using System.Collections.Immutable;
using System.Numerics;
using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Map;

/// <summary>A case, what it did each time, and what the figures of the knowledge make of it.</summary>
internal sealed record MapRun(BarCase Case, ImmutableArray<BarOutcome> Outcomes, Price? Map, Price? Unmap)
{
    /// <summary>What it did. Counters are the same every time.</summary>
    public BarOutcome Outcome => Outcomes[0];

    /// <summary>Executes a case.</summary>
    public static MapRun Execute(BarCase barCase, int repeat, CostModel costs, IProgress<BarProgress>? progress, StepTrace? trace, CancellationToken cancellation)
    {
        var outcomes = ImmutableArray.CreateBuilder<BarOutcome>(repeat);
        for (var i = 0; i < repeat; i++) outcomes.Add(BarExperiment.Run(barCase, progress, trace, cancellation));
        // What was counted and timed on real kernels are plain BARs.
        if (barCase.Path == MapPath.Fast || !outcomes[0].Ok || !barCase.Conditions.IsPlain) return new MapRun(barCase, outcomes.ToImmutable(), null, null);
        var steps = MapSteps.Of(barCase, outcomes[0]);
        return new MapRun(barCase, outcomes.ToImmutable(), costs.PriceMap(barCase.Kernel, steps), costs.PriceUnmap(barCase.Kernel, (ulong)outcomes[0].Unmap.IovaToPhys));
    }

    /// <summary>The run as a document.</summary>
    public MapDocument ToDocument(ImmutableArray<MapDocument>? columns = null)
    {
        var outcome = Outcome;
        return new MapDocument(
            MapDocument.SchemaId,
            new MapRequestView(
                Case.Bytes,
                Case.BarBytes,
                Case.Offset,
                Case.Kernel.Version.ToString(),
                PatchNumbers(Case.Patches),
                Case.Path == MapPath.Fast ? "fast" : "kernel",
                Case.Warm,
                Case.VaSkew,
                Case.IovaSkew,
                Words.Of(Case.Thp),
                Case.Iommu.Name,
                Case.Conditions.Ram is { } kind ? RamWords.Of(kind) : null,
                Case.Conditions.Holes,
                Case.Conditions.BreakEvery,
                Case.Conditions.Domains,
                Case.Conditions.MemlockBytes,
                Case.Conditions.Failures,
                Words.Of(Case.Conditions.Backend),
                Outcomes.Length),
            new ProfileView(Case.Profile.Name, Words.Of(Case.Kernel.Confidence), Case.Kernel.Reason),
            IommuView.Of(Case.Iommu, Case.Profile),
            new OutcomeView(outcome.Ok, outcome.Ok ? null : outcome.Errno.ToString(), Bugs(outcome.KnownBugs)),
            new MapView(
                outcome.Map.VaddrGetPfns,
                outcome.Map.GupAttempts,
                outcome.Map.Lookups,
                outcome.Map.Faults,
                outcome.Map.HugeFaultCalls,
                outcome.Map.Pins,
                outcome.Map.FolioGrabs,
                outcome.Map.MemlockChecks,
                outcome.Map.Chunks,
                outcome.Map.IommuMapCalls,
                outcome.Map.LeavesVisited,
                Leaves.BySize(X64L4.Facts, outcome.CpuLeaves),
                Leaves.BySize(outcome.IommuLeaves)),
            new UnmapView(
                outcome.Unmap.IovaToPhys,
                outcome.Unmap.IommuUnmapCalls,
                outcome.Unmap.IotlbSyncs,
                outcome.Unmap.ReservedTests,
                outcome.Unmap.Unpins,
                outcome.Unmap.LeavesVisited),
            new MemoryView(outcome.CpuTableBytes, outcome.IommuTableBytes, Outcomes.Max(each => each.ManagedBytesAllocated)),
            Times(),
            Map is { } map && Unmap is { } unmap ? new PredictedView(SecondsView.Of(map.Seconds), SecondsView.Of(unmap.Seconds)) : null,
            Counted(),
            columns);
    }

    private TimeView Times()
    {
        long[] map = [.. Outcomes.Select(outcome => outcome.MapNanoseconds).Order()];
        long[] unmap = [.. Outcomes.Select(outcome => outcome.UnmapNanoseconds).Order()];
        return new TimeView(Median(map), Median(unmap), map[0], map[^1], unmap[0], unmap[^1]);
    }

    private CountedView? Counted()
    {
        if (LabCounts.Default.Find(Case) is not { } row) return null;
        return new CountedView(
            row.Release,
            LabCounts.Default.Source,
            row.VaddrGetPfns,
            Case.Warm ? row.LookupsWarm : row.LookupsCold,
            Case.Warm ? 0 : row.FaultsCold,
            Case.Warm && row.HugeFaultCallsCold is not null ? 0 : row.HugeFaultCallsCold,
            row.IommuMapCalls,
            row.IovaToPhys,
            Case.Warm ? row.MapInstructionsWarm : row.MapInstructionsCold,
            row.UnmapInstructions);
    }

    private static long Median(long[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private static ImmutableArray<int> PatchNumbers(VfioPatches patches)
    {
        var numbers = ImmutableArray.CreateBuilder<int>();
        for (var rest = (uint)patches; rest != 0; rest &= rest - 1) numbers.Add(BitOperations.TrailingZeroCount(rest) + 1);
        return numbers.ToImmutable();
    }

    private static ImmutableArray<string> Bugs(KnownBugs bugs) =>
        [.. Enum.GetValues<KnownBugs>().Where(bug => bug != KnownBugs.None && bugs.HasFlag(bug)).Select(Words.Of)];
}
