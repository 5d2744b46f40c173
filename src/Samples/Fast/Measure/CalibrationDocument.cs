using System.Collections.Immutable;
using Fast.Host;

namespace Fast.Tool.Measure;

/// <summary>What <c>--calibration FILE</c> writes and <c>predict --calibration FILE</c> reads.</summary>
internal sealed record CalibrationDocument(string Schema, string Machine, string Kernel, string Iommu, string Cpu, string Source, ImmutableArray<CalibrationPointView> Points)
{
    /// <summary>The document's schema.</summary>
    public const string SchemaId = "fast.calibration/1";

    /// <summary>The points of a measurement: each size and skew twice, cold and warm. Huge pages are not in it, as nothing is priced by them.</summary>
    /// <exception cref="InputException">There is no point.</exception>
    public static CalibrationDocument Of(MeasureDocument measured)
    {
        var points = measured.Points.Where(point => point.Memory is "bar" or "4K").SelectMany(point => new[]
        {
            Point(point, isCold: true, point.MapFirst, point.UnmapFirst), Point(point, isCold: false, point.MapAgain, point.UnmapAgain),
        }).ToImmutableArray();
        if (points.IsEmpty) throw new InputException("measure: --calibration holds BARs and memory in pages of 4K, and none was measured; add --ram 4K or leave --ram out");
        if (measured.Backend != "type1") throw new InputException("measure: --calibration holds times of type1; leave --backend out");
        var machine = measured.Machine;
        var source = $"fast measure {measured.Device.Address}, medians of {measured.Points[0].Repeat}";
        return new CalibrationDocument(SchemaId, machine.Machine, machine.Kernel, machine.Iommu, machine.Cpu, source, points);
    }

    private static CalibrationPointView Point(PointView point, bool isCold, DmaRequestView map, DmaRequestView unmap) =>
        new(point.Memory == "bar" ? "bar" : "ram", point.Size, point.VaSkew ?? 0, isCold, Math.Max(1, map.Nanoseconds), Math.Max(1, unmap.Nanoseconds));
}

/// <summary>A map and an unmap that were timed.</summary>
internal sealed record CalibrationPointView(string Kind, ulong Bytes, ulong SkewBytes, bool Cold, long MapNanoseconds, long UnmapNanoseconds);
