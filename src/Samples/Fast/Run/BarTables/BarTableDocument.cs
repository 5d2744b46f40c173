using System.Collections.Immutable;
using Fast.Machines;
using Fast.PageTables;
using Fast.Tool.Map;

namespace Fast.Tool.Run.BarTables;

/// <summary>What <c>fast run --json</c> prints of one BAR on several kernels.</summary>
internal sealed record BarTableDocument(string Schema, string Machine, string Scenario, string Title, string Source, ulong Bytes, ImmutableArray<BarRowView> Rows)
{
    /// <summary>A document of what was executed.</summary>
    public static BarTableDocument Of(string name, BarTableScenario scenario, ImmutableArray<BarOutcome> outcomes) => new(
        RunVerb.SchemaId,
        BarTableScenario.Machine,
        name,
        scenario.Title,
        scenario.Source,
        scenario.Cases[0].Bytes,
        [.. scenario.Cases.Zip(outcomes, BarRowView.Of)]);
}

/// <summary>One map and unmap: executed steps, and those of the real kernel where it was counted.</summary>
internal sealed record BarRowView(
    string Kernel, string Profile, ulong VaSkew, bool Warm, StepsView Executed, StepsView? Counted, bool? Equal, IReadOnlyDictionary<string, long> CpuLeaves, IReadOnlyDictionary<string, long> IommuLeaves)
{
    /// <summary>A view of one case.</summary>
    public static BarRowView Of(BarCase barCase, BarOutcome outcome)
    {
        var executed = StepsView.Of(outcome);
        var counted = LabCounts.Default.Find(barCase) is { } row ? StepsView.Of(row, barCase.Warm) : null;
        return new BarRowView(
            barCase.Kernel.Version.ToString(), barCase.Profile.Name, barCase.VaSkew, barCase.Warm, executed, counted, counted?.Agrees(executed), Leaves.BySize(X64L4.Facts, outcome.CpuLeaves), Leaves.BySize(outcome.IommuLeaves));
    }
}

/// <summary>Steps as kprobes count them; null where the real kernel was not probed.</summary>
internal sealed record StepsView(long VaddrGetPfns, long Lookups, long Faults, long? HugeFaultCalls, long IommuMapCalls, long? IovaToPhys)
{
    /// <summary>What was executed.</summary>
    public static StepsView Of(BarOutcome outcome) =>
        new(outcome.Map.VaddrGetPfns, outcome.Map.Lookups, outcome.Map.Faults, outcome.Map.HugeFaultCalls, outcome.Map.IommuMapCalls, outcome.Unmap.IovaToPhys);

    /// <summary>What was counted.</summary>
    public static StepsView Of(LabRow row, bool isWarm) =>
        new(row.VaddrGetPfns, isWarm ? row.LookupsWarm : row.LookupsCold, isWarm ? 0 : row.FaultsCold, isWarm ? null : row.HugeFaultCallsCold, row.IommuMapCalls, row.IovaToPhys);

    /// <summary>Whether every step that was counted was executed as often.</summary>
    public bool Agrees(StepsView executed) =>
        this == executed with { HugeFaultCalls = HugeFaultCalls is null ? null : executed.HugeFaultCalls, IovaToPhys = IovaToPhys is null ? null : executed.IovaToPhys };
}
