using Fast.Machines;

namespace Fast.Tool.Predict;

/// <summary>Times of somebody's own machine that priced in place of the public ones.</summary>
internal sealed record CalibrationView(string Machine, string Kernel, string Iommu, string Cpu, string Source, RateView? Map, RateView? Unmap, RateView? Ram)
{
    /// <summary>A view of <paramref name="calibration"/>.</summary>
    public static CalibrationView Of(Calibration calibration) => new(
        calibration.Machine,
        calibration.File.Kernel.ToString(),
        calibration.File.Iommu.Name,
        calibration.File.Cpu,
        calibration.File.Source,
        RateView.Of(calibration.Map),
        RateView.Of(calibration.Unmap),
        RateView.Of(calibration.Ram));
}

/// <summary>A rate, its band and how many timings it is from.</summary>
internal sealed record RateView(double NanosecondsPerInstruction, double Band, int Points)
{
    /// <summary>A view of <paramref name="rate"/>.</summary>
    public static RateView? Of(TimedRate? rate) => rate is null ? null : new RateView(rate.NanosecondsPerInstruction, rate.Band, rate.Points);
}
