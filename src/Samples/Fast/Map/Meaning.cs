using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Map;

/// <summary>What a run means, in a line for somebody who has to act on it.</summary>
internal static class Meaning
{
    /// <summary>The line.</summary>
    public static string Of(MapRun run)
    {
        var (barCase, outcome) = (run.Case, run.Outcome);
        if (!outcome.Ok) return $"What it means: this kernel refuses the mapping with {outcome.Errno}, and the device gets nothing.";
        if (barCase.Conditions.Ram is not null || barCase.Conditions.Backend == MapBackend.Iommufd) return OfRuns(run);
        if (barCase.Path == MapPath.Fast)
            return $"What it means: {LeafCount(outcome.Map.LeavesVisited)} read to map, {EntryCount(outcome.Unmap.LeavesVisited)} removed to unmap; the BAR's size plays no part, its leaves do.";
        var leaves = outcome.CpuLeaves.Total;
        var map = (leaves == barCase.Pages, (ulong)outcome.Map.VaddrGetPfns == barCase.Pages && barCase.Pages > 1) switch
        {
            (true, true) => $"every 4K is looked up on its own, because the CPU has nothing larger than 4K here: {WhySmall(run)}.",
            (false, true) => $"every 4K is looked up on its own although {LeafCount((long)leaves)} would do: this kernel does not use the size of a leaf; the five patches (6.15 and later) do.",
            _ => $"one lookup for each of {LeafCount((long)leaves)}{Smaller(run)}.",
        };
        var asked = outcome.Unmap.IovaToPhys;
        var unmap = (ulong)asked >= barCase.Pages
            ? $" The unmap asks the IOMMU for each 4K all the same, {Numbers.Count(asked)} times."
            : barCase.Iommu.UnmapsWholeEntries(barCase.Profile) ? $" The unmap asks the IOMMU once for each entry, {(asked == 1 ? "once in all" : $"{Numbers.Count(asked)} times")}; Linux 7.0 and newer ask for each 4K." : "";
        return $"What it means: {map}{unmap}";
    }

    private static string OfRuns(MapRun run)
    {
        var (barCase, outcome) = (run.Case, run.Outcome);
        if (barCase.Path == MapPath.Fast)
            return $"What it means: {LeafCount(outcome.Map.LeavesVisited)} read to pin {Numbers.Count(outcome.Map.Pins, "page")} by the run, {EntryCount(outcome.Unmap.LeavesVisited)} removed to unmap.";
        var map = outcome.Map.GupAttempts == 0 ? "no page is looked up" : $"{Numbers.Count(outcome.Map.GupAttempts, "call")} to pin";
        var unmap = outcome.Unmap.IovaToPhys == 0 ? "the unmap asks for none either" : $"the unmap asks the IOMMU {Numbers.Count(outcome.Unmap.IovaToPhys, "time")}";
        return $"What it means: {map}, {Numbers.Count(outcome.Map.Chunks, "contiguous run")} to map; {unmap}.";
    }

    /// <summary>So many leaves.</summary>
    public static string LeafCount(long count) => Numbers.Count(count, "leaf", "leaves");

    private static string EntryCount(long count) => count == 1 ? "1 entry" : $"{Numbers.Count(count)} entries";

    private static string WhySmall(MapRun run)
    {
        var barCase = run.Case;
        if (barCase.Profile.BarFault != BarFault.HugeOrders) return "before 6.12 a BAR is never mapped by huge leaves";
        if (barCase.Profile.ThpGatesPfnmaps && barCase.Thp != ThpPolicy.Always)
            return $"with transparent_hugepage/enabled at {Words.Of(barCase.Thp)} this kernel maps BARs by 4K; set it to always";
        if ((barCase.VaSkew & PageSize.Size2M.OffsetMask) != 0) return $"the mmap is {Numbers.Size(barCase.VaSkew)} off; align it to the BAR modulo 1G (a VMM that does so, or an address chosen by hand)";
        return "the range is smaller than 2M or not aligned to it";
    }

    private static string Smaller(MapRun run) => run.Case.VaSkew != 0 && run.Outcome.CpuLeaves[2] == 0 && run.Case.Bytes >= PageSize.Size1G.Bytes
        ? $"; with an mmap that is not {Numbers.Size(run.Case.VaSkew)} off there would be leaves of 1G"
        : "";
}
