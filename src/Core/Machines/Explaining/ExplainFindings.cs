using System.Collections.Immutable;
using System.Globalization;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What follows from an explanation: one finding for each rule that costs something, not one for each stretch.</summary>
internal static class ExplainFindings
{
    private const ulong Large = 1UL << 30;

    public static ImmutableArray<Finding> Of(ImmutableArray<ExplainedDevice> devices, KernelChoice kernel)
    {
        var bars = devices.SelectMany(device => device.Bars).ToList();
        var findings = Lost(bars, "CPU", bar => bar.Cpu).Concat(Lost(bars, "IOMMU", bar => bar.Iommu));
        var huge = bars.Any(bar => bar.Cpu.Any(stretch => stretch.Leaf > PageSize.Size4K) && bar.LookupsPerEvent > 0);
        if (huge && !kernel.Profile.Has(VfioPatches.UseMask))
        {
            findings = findings.Append(new Finding(
                Severity.Error, "lookups", $"type1 of Linux {kernel.Version} looks a BAR up 4K at a time, also where its leaves are larger",
                "host: Linux 6.15 or newer (or the distribution's backport of the address mask) takes one lookup for each leaf"));
        }

        return [.. findings.OrderByDescending(finding => finding.Severity)];
    }

    private static IEnumerable<Finding> Lost(List<ExplainedBar> bars, string leg, Func<ExplainedBar, ImmutableArray<LeafStretch>> stretches) =>
        from bar in bars
        from stretch in stretches(bar)
        where stretch.First is not null
        group (bar, stretch) by (stretch.First!.Rule, stretch.First.Remedy) into lost
        let bytes = lost.Aggregate(0UL, (sum, each) => sum + each.stretch.Bytes)
        let isSmall = lost.All(each => each.stretch.Leaf > PageSize.Size4K || each.bar.Layout.Bytes < Large)
        select new Finding(
            SeverityOf(lost.Key.Rule, lost.Key.Remedy, bytes, isSmall),
            $"{leg.ToLower(CultureInfo.InvariantCulture)}-{ExplainCases.IdOf(lost.Key.Rule)}",
            $"{leg}: {Size(bytes)} in {Leaves(lost.Select(each => each.stretch))}: {lost.First().stretch.First!.Why}{(lost.Count() > 1 ? ", and so on" : "")}",
            lost.Key.Remedy);

    private static Severity SeverityOf(LeafRule rule, string? remedy, ulong bytes, bool isSmall)
    {
        if (rule is LeafRule.BarSize or LeafRule.Tail or LeafRule.SparseHole or LeafRule.SubPage or LeafRule.Msix || remedy is null) return Severity.Note;
        return isSmall || bytes < Large ? Severity.Warning : Severity.Error;
    }

    private static string Leaves(IEnumerable<LeafStretch> stretches)
    {
        var counts = stretches.GroupBy(stretch => stretch.Leaf).OrderByDescending(group => group.Key?.Bytes ?? 0);
        return string.Join(" and ", counts.Select(group => group.Key is { } leaf
            ? Counted(group.Aggregate(0UL, (sum, stretch) => sum + stretch.Leaves), leaf)
            : "no leaf at all"));
    }

    private static string Counted(ulong leaves, PageSize leaf) => string.Create(CultureInfo.InvariantCulture, $"{leaves:N0} {(leaves == 1 ? "leaf" : "leaves")} of {leaf}");

    /// <summary><c>512.2G</c>: sums of BARs are seldom round.</summary>
    private static string Size(ulong bytes)
    {
        var shift = bytes >= 1UL << 40 ? 40 : bytes >= 1UL << 30 ? 30 : bytes >= 1UL << 20 ? 20 : 10;
        return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1UL << shift):0.#}{"KMGT"[(shift / 10) - 1]}");
    }
}
