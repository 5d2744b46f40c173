using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What was mapped for a timing.</summary>
public enum CalibrationKind
{
    /// <summary>A device's BAR.</summary>
    Bar,

    /// <summary>Ordinary memory in pages of 4 KiB.</summary>
    Ram,
}

/// <summary>One map and one unmap that were timed.</summary>
/// <param name="Kind">What was mapped.</param>
/// <param name="Bytes">How much.</param>
/// <param name="SkewBytes">Address of the mmap minus the physical one, modulo 1 GiB.</param>
/// <param name="Cold">Nothing was in the CPU's table before; of memory: nobody had touched it.</param>
/// <param name="MapNanoseconds">Time of the map.</param>
/// <param name="UnmapNanoseconds">Time of the unmap.</param>
public sealed record CalibrationPoint(CalibrationKind Kind, ulong Bytes, ulong SkewBytes, bool Cold, long MapNanoseconds, long UnmapNanoseconds);

/// <summary>Times of one machine, as <c>fast measure</c> writes them. Schema: docs/schema/fast.calibration-1.schema.json.</summary>
public sealed record CalibrationFile
{
    /// <summary>What the field <c>schema</c> of a file must say.</summary>
    public const string Schema = "fast.calibration/1";

    private const ulong SkewModulus = 1UL << 30;
    private const ulong PageBytes = 4096;

    /// <summary>What was measured, in words.</summary>
    public required string Machine { get; init; }

    /// <summary>Its kernel.</summary>
    public required KernelVersion Kernel { get; init; }

    /// <summary>Its IOMMU.</summary>
    public required IommuKind Iommu { get; init; }

    /// <summary>Its processor.</summary>
    public required string Cpu { get; init; }

    /// <summary>Who measured, when and how.</summary>
    public required string Source { get; init; }

    /// <summary>The times.</summary>
    public required ImmutableArray<CalibrationPoint> Points { get; init; }

    /// <summary>Reads a file and checks it; unknown, missing and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="file">What it says.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out CalibrationFile? file, out string? error) =>
        JsonFile.TryRead(utf8, source, "fast.calibration-1.schema.json", Read, out file, out error);

    private static CalibrationFile Read(JsonPart root)
    {
        var schema = root.Take("schema");
        if (schema.Text() != Schema) throw schema.Fault($"expected '{Schema}'");
        var iommu = root.Take("iommu");
        var file = new CalibrationFile
        {
            Machine = root.Take("machine").Text(),
            Kernel = KnowledgeReader.ReadVersion(root.Take("kernel")),
            Iommu = IommuKinds.Find(iommu.Text()) ?? throw iommu.Fault($"'{iommu.Text()}' is not an IOMMU that is modelled"),
            Cpu = root.Take("cpu").Text(),
            Source = root.Take("source").Text(),
            Points = [.. root.Take("points").Items().Select(ReadPoint)],
        };
        root.Done();
        return file;
    }

    private static CalibrationPoint ReadPoint(JsonPart item)
    {
        var kind = item.Take("kind").Word("bar", "ram") == "bar" ? CalibrationKind.Bar : CalibrationKind.Ram;
        var most = kind == CalibrationKind.Bar ? BarCase.MostBytes : BarConditions.MostRamBytes;
        var bytes = Pages(item.Take("bytes"), PageBytes, most);
        var point = new CalibrationPoint(
            kind,
            bytes,
            Pages(item.Take("skewBytes"), 0, kind == CalibrationKind.Bar ? SkewModulus - PageBytes : 0),
            item.Take("cold").Truth(),
            (long)item.Take("mapNanoseconds").Number(1),
            (long)item.Take("unmapNanoseconds").Number(1));
        item.Done();
        return point;
    }

    private static ulong Pages(JsonPart part, ulong least, ulong most)
    {
        var value = part.Number(0);
        return value <= most && (ulong)value >= least && double.IsInteger(value) && (ulong)value % PageBytes == 0
            ? (ulong)value
            : throw part.Fault(FormattableString.Invariant($"{value} is not a multiple of 4096 from {least} to {most}"));
    }
}
