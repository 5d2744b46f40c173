using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>The steps of one map that are priced, sorted by the size of leaf where it matters.</summary>
public readonly record struct MapSteps
{
    private const int LevelBits = 9;

    /// <summary>VFIO_IOMMU_MAP_DMA calls: one, or one for each section around trapped pages.</summary>
    public int Calls { get; init; }

    /// <summary>Lookups by the level of the leaf that each ends at.</summary>
    public LeafCounts Lookups { get; init; }

    /// <summary>CPU page faults by the level of the leaf that each inserts.</summary>
    public LeafCounts Faults { get; init; }

    /// <summary>4 KiB pages that the first fault filled in at once.</summary>
    public ulong RemappedPages { get; init; }

    /// <summary>Leaves written to the IOMMU's table.</summary>
    public ulong IommuEntries { get; init; }

    /// <summary>The steps that an execution counted.</summary>
    public static MapSteps Of(BarCase barCase, BarOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(barCase);
        ArgumentNullException.ThrowIfNull(outcome);
        var fills = barCase.Profile.BarFault != BarFault.HugeOrders;
        return Of((ulong)outcome.Map.VaddrGetPfns, (ulong)outcome.Map.Faults, outcome.CpuLeaves, outcome.IommuLeaves.Total, fills) with { Calls = barCase.Sections.Length };
    }

    /// <summary>Sorts counters: a kernel that looks up once for each leaf meets each leaf once, one that looks up 4 KiB at a time meets the larger ones more often.</summary>
    /// <param name="lookups">Calls of <c>vaddr_get_pfns</c>.</param>
    /// <param name="faults">CPU page faults taken.</param>
    /// <param name="cpuLeaves">Leaves that translate the range in the CPU's table.</param>
    /// <param name="iommuLeaves">Leaves that translate it in the IOMMU's table.</param>
    /// <param name="faultFillsArea">Whether one fault fills the whole area, as before 6.12.</param>
    public static MapSteps Of(ulong lookups, ulong faults, in LeafCounts cpuLeaves, ulong iommuLeaves, bool faultFillsArea)
    {
        var pages = default(LeafCounts);
        for (var level = 0; level < LeafCounts.MaxLevels; level++) pages[level] = cpuLeaves[level] << (LevelBits * level);
        var perLeaf = lookups < 2 * cpuLeaves.Total;
        return new MapSteps
        {
            Calls = 1,
            Lookups = Share(lookups, perLeaf ? cpuLeaves : pages),
            Faults = faultFillsArea ? default : Share(faults, cpuLeaves),
            RemappedPages = faultFillsArea && faults > 0 ? pages.Total : 0,
            IommuEntries = iommuLeaves,
        };
    }

    /// <summary>Spreads <paramref name="count"/> in proportion to <paramref name="weights"/>; what division leaves goes to the smallest leaves that there are.</summary>
    private static LeafCounts Share(ulong count, in LeafCounts weights)
    {
        var shares = default(LeafCounts);
        var total = weights.Total;
        if (total == 0)
        {
            shares[0] = count;
            return shares;
        }

        ulong given = 0;
        var smallest = -1;
        for (var level = 0; level < LeafCounts.MaxLevels; level++)
        {
            if (weights[level] == 0) continue;
            if (smallest < 0) smallest = level;
            shares[level] = (ulong)((UInt128)count * weights[level] / total);
            given += shares[level];
        }

        shares[smallest] += count - given;
        return shares;
    }
}
