using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Turns counted steps into instructions and seconds. Nothing here knows a BAR: what was not counted costs nothing.</summary>
/// <param name="knowledge">The figures.</param>
public sealed class CostModel(Knowledge knowledge)
{
    /// <summary>What the seconds of a map stand on.</summary>
    public const string MapBasis = "counted, and held to public timings";

    /// <summary>What the seconds of an unmap stand on.</summary>
    public const string UnmapBasis = "counted, not timed";

    private const double NanosecondsPerSecond = 1e9;
    private const int TopLeafLevel = 2;

    /// <summary>The figures.</summary>
    public Knowledge Knowledge { get; } = knowledge;

    /// <summary>What a map costs.</summary>
    public Price PriceMap(KernelChoice kernel, in MapSteps steps)
    {
        var costs = Knowledge.CostsOf(kernel);
        var instructions = costs.PerMap.Value
            + (costs.PerRemappedPage.Value * steps.RemappedPages)
            + (costs.PerIommuEntry.Value * steps.IommuEntries);
        for (var level = 0; level < LeafCounts.MaxLevels; level++)
        {
            // A leaf above 1 GiB does not exist on x86-64; a counter there would be priced as 1 GiB.
            var priced = Math.Min(level, TopLeafLevel);
            instructions += costs.PerLookup[priced].Value * steps.Lookups[level];
            instructions += costs.PerFault[priced].Value * steps.Faults[level];
        }

        return Priced(instructions, Knowledge.MapBand);
    }

    /// <summary>What an unmap costs.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="iovaToPhys">Pages that it asks the IOMMU for.</param>
    public Price PriceUnmap(KernelChoice kernel, ulong iovaToPhys) =>
        Priced(Knowledge.CostsOf(kernel).PerIovaToPhys.Value * iovaToPhys, Knowledge.UnmapBand);

    private Price Priced(double instructions, Figure band) =>
        new(instructions, Seconds.Within(instructions * Knowledge.NanosecondsPerInstruction.Value / NanosecondsPerSecond, band.Value));
}
