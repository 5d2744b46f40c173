using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Turns counted steps into instructions and seconds. Nothing here knows a BAR: what was not counted costs nothing.</summary>
/// <param name="knowledge">The figures.</param>
/// <param name="calibration">What was timed on a machine of one's own, or <see langword="null"/>: it replaces the public timings.</param>
public sealed class CostModel(Knowledge knowledge, Calibration? calibration = null)
{
    /// <summary>What the seconds of a map stand on.</summary>
    public const string MapBasis = "counted, and held to public timings";

    /// <summary>What the seconds of an unmap stand on.</summary>
    public const string UnmapBasis = "counted, not timed";

    /// <summary>What the seconds of pinning memory stand on.</summary>
    public const string RamBasis = "counted; public timings of memory scatter by a factor of 2";

    private const double NanosecondsPerSecond = 1e9;
    private const int TopLeafLevel = 2;
    private readonly TimedRate _map = calibration?.Map ?? new TimedRate(knowledge.NanosecondsPerInstruction.Value, knowledge.MapBand.Value, 0);
    private readonly TimedRate _unmap = calibration?.Unmap ?? new TimedRate(knowledge.NanosecondsPerInstruction.Value, knowledge.UnmapBand.Value, 0);
    private readonly TimedRate _ram = calibration?.Ram ?? new TimedRate(knowledge.NanosecondsPerInstruction.Value, knowledge.RamBand.Value, 0);

    /// <summary>The figures.</summary>
    public Knowledge Knowledge { get; } = knowledge;

    /// <summary>What was timed, or <see langword="null"/>.</summary>
    public Calibration? Calibration { get; } = calibration;

    /// <summary>What the seconds of maps stand on here.</summary>
    public string MapGrounds => Timed(_map) ?? MapBasis;

    /// <summary>What the seconds of unmaps stand on here.</summary>
    public string UnmapGrounds => Timed(_unmap) ?? UnmapBasis;

    /// <summary>What the seconds of pinning memory stand on here.</summary>
    public string RamGrounds => Timed(_ram) ?? RamBasis;

    /// <summary>What a map costs.</summary>
    public Price PriceMap(KernelChoice kernel, in MapSteps steps)
    {
        var costs = Knowledge.CostsOf(kernel);
        var instructions = (costs.PerMap.Value * steps.Calls)
            + (costs.PerRemappedPage.Value * steps.RemappedPages)
            + (costs.PerIommuEntry.Value * steps.IommuEntries);
        for (var level = 0; level < LeafCounts.MaxLevels; level++)
        {
            // A leaf above 1 GiB does not exist on x86-64; a counter there would be priced as 1 GiB.
            var priced = Math.Min(level, TopLeafLevel);
            instructions += costs.PerLookup[priced].Value * steps.Lookups[level];
            instructions += costs.PerFault[priced].Value * steps.Faults[level];
        }

        return Priced(instructions, _map);
    }

    /// <summary>What an unmap costs.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="iovaToPhys">Pages that it asks the IOMMU for.</param>
    public Price PriceUnmap(KernelChoice kernel, ulong iovaToPhys) => Priced(Knowledge.CostsOf(kernel).PerIovaToPhys.Value * iovaToPhys, _unmap);

    /// <summary>What pinning memory costs.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="kind">What the memory is made of.</param>
    /// <param name="pages">Pages of 4 KiB that were pinned.</param>
    /// <param name="isTouched">Whether it was there before; otherwise it is allocated and zeroed on the way.</param>
    public Price PricePin(KernelChoice kernel, RamKind kind, ulong pages, bool isTouched)
    {
        var costs = Knowledge.RamCostsOf(kernel, kind);
        return Priced((isTouched ? costs.MapTouched : costs.MapUntouched).Value * pages, _ram);
    }

    /// <summary>What unpinning memory costs.</summary>
    public Price PriceUnpin(KernelChoice kernel, RamKind kind, ulong pages) => Priced(Knowledge.RamCostsOf(kernel, kind).Unmap.Value * pages, _ram);

    private string? Timed(TimedRate rate) => Calibration is { } timed && rate.Points > 0 ? $"counted, and timed on {timed.Machine}" : null;

    private static Price Priced(double instructions, TimedRate rate) =>
        new(instructions, Seconds.Within(instructions * rate.NanosecondsPerInstruction / NanosecondsPerSecond, rate.Band));
}
