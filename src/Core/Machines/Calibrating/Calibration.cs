using Fast.Linux;

namespace Fast.Machines;

/// <summary>How long an instruction takes on one machine, from several timings.</summary>
/// <param name="NanosecondsPerInstruction">The geometric mean of time over instructions.</param>
/// <param name="Band">The factor by which the timing that fits worst is off.</param>
/// <param name="Points">How many timings; 0 when the rate is not from timings.</param>
public sealed record TimedRate(double NanosecondsPerInstruction, double Band, int Points);

/// <summary>
/// What a machine of one's own says about the price of steps. Each timed map is executed on real tables with that kernel's path; time over counted instructions is the rate. It replaces the
/// rates of the knowledge, which stand on public timings; steps and instructions per step stay.
/// </summary>
public sealed record Calibration
{
    // Two medians of the same thing differ by some percent; a band below that would claim more than a clock can say.
    private const double LeastBand = 1.05;

    /// <summary>The file.</summary>
    public required CalibrationFile File { get; init; }

    /// <summary>Maps of BARs; <see langword="null"/> when none was timed.</summary>
    public TimedRate? Map { get; private init; }

    /// <summary>Unmaps of BARs.</summary>
    public TimedRate? Unmap { get; private init; }

    /// <summary>Maps of memory.</summary>
    public TimedRate? Ram { get; private init; }

    /// <summary>What was measured.</summary>
    public string Machine => File.Machine;

    /// <summary>Executes the points of a file and compares.</summary>
    /// <param name="file">The file.</param>
    /// <param name="knowledge">Instructions per step.</param>
    /// <param name="cases">Executes the points.</param>
    /// <param name="progress">Told how far it is, or <see langword="null"/>.</param>
    /// <param name="cancellation">Looked at every few thousand steps.</param>
    /// <param name="calibration">The rates.</param>
    /// <param name="error">Why there are none, in one line; or <see langword="null"/>.</param>
    public static bool TryDerive(
        CalibrationFile file, Knowledge knowledge, BarCaseCache cases, IProgress<BarProgress>? progress, CancellationToken cancellation, out Calibration? calibration, out string? error)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(knowledge);
        ArgumentNullException.ThrowIfNull(cases);
        calibration = null;
        if (!knowledge.Behaviours.TryResolve(file.Kernel, out var kernel, out error)) return false;
        var model = new CostModel(knowledge);
        var (maps, unmaps, ram) = (new List<double>(), new List<double>(), new List<double>());
        foreach (var point in file.Points)
        {
            var barCase = CaseOf(file, point, kernel!);
            var outcome = cases.Run(barCase, progress, cancellation);
            if (point.Kind == CalibrationKind.Ram)
            {
                ram.Add(point.MapNanoseconds / model.PricePin(kernel!, RamKind.Pages4K, (ulong)outcome.Map.Pins, isTouched: !point.Cold).Instructions);
                continue;
            }

            maps.Add(point.MapNanoseconds / model.PriceMap(kernel!, MapSteps.Of(barCase, outcome)).Instructions);
            if (outcome.Unmap.IovaToPhys > 0) unmaps.Add(point.UnmapNanoseconds / model.PriceUnmap(kernel!, (ulong)outcome.Unmap.IovaToPhys).Instructions);
        }

        calibration = new Calibration { File = file, Map = RateOf(maps, knowledge.MapBand), Unmap = RateOf(unmaps, knowledge.UnmapBand), Ram = RateOf(ram, knowledge.RamBand) };
        return true;
    }

    private static BarCase CaseOf(CalibrationFile file, CalibrationPoint point, KernelChoice kernel) => BarCase.Create(new BarCaseOptions
    {
        Bytes = point.Bytes,
        Kernel = file.Kernel,
        Choice = kernel,
        Warm = !point.Cold,
        VaSkew = point.SkewBytes,
        Iommu = file.Iommu,
        Conditions = point.Kind == CalibrationKind.Ram ? new BarConditions { Ram = RamKind.Pages4K } : new BarConditions(),
    });

    /// <summary>The mean of one timing has no spread: then the band of the knowledge stays.</summary>
    private static TimedRate? RateOf(List<double> rates, Figure band)
    {
        if (rates.Count == 0) return null;
        var mean = Math.Exp(rates.Average(Math.Log));
        var worst = Math.Exp(rates.Max(rate => Math.Abs(Math.Log(rate / mean))));
        return new TimedRate(mean, rates.Count == 1 ? band.Value : Math.Max(LeastBand, worst), rates.Count);
    }
}
