using System.Collections.Immutable;
using System.Text.Json;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>What may be combined: the values of each dimension, the same for memory, and rows that are always there.</summary>
internal sealed record MatrixFile(
    ImmutableArray<string> Bar,
    ImmutableArray<string> Size,
    ImmutableArray<string> Offset,
    ImmutableArray<string> VaSkew,
    ImmutableArray<string> IovaSkew,
    ImmutableArray<string> Thp,
    ImmutableArray<AlwaysRow> Always,
    MemoryMatrix Memory)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public static MatrixFile Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), LabJson.Default.MatrixFile) ?? throw new LabException($"{path}: the file is empty");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{path}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Sizes of all BARs that occur.</summary>
    public ImmutableArray<ulong> BarSizes() => [.. Bar.Concat(Always.Select(row => row.Bar)).Select(ReadSize).Distinct().Order()];

    /// <summary>The rows for these kernels: every pair of values at least once, or every combination.</summary>
    public ImmutableArray<LabRow> Rows(ImmutableArray<string> kernels, bool isFull)
    {
        var rows = ImmutableArray.CreateBuilder<LabRow>();
        foreach (var always in Always)
            rows.AddRange(always.Kernels.Where(kernel => kernels.Contains(kernel)).Select(kernel => BarRow([kernel, always.Bar, always.Size, always.Offset, always.VaSkew, always.IovaSkew, always.Thp])));
        rows.AddRange(Chosen([kernels, Bar, Size, Offset, VaSkew, IovaSkew, Thp], BarRow, isFull));
        rows.AddRange(Chosen([kernels, Memory.Kind, Memory.Size, Memory.IovaSkew], MemoryRow, isFull));
        return [.. rows.Distinct().OrderBy(row => kernels.IndexOf(row.Kernel))];
    }

    private static IEnumerable<LabRow> Chosen(ImmutableArray<ImmutableArray<string>> dimensions, Func<IReadOnlyList<string>, LabRow> row, bool isFull)
    {
        var counts = dimensions.Select(values => values.Length).ToArray();
        LabRow At(int[] indices) => row([.. indices.Select((index, dimension) => dimensions[dimension][index])]);
        var chosen = isFull ? Pairwise.All(counts) : Pairwise.Cover(counts, indices => At(indices).IsPossible);
        return chosen.Select(At).Where(each => each.IsPossible);
    }

    private static LabRow BarRow(IReadOnlyList<string> values) => new()
    {
        Kernel = values[0],
        BarBytes = ReadSize(values[1]),
        Bytes = ReadSize(values[2]),
        Offset = ReadSize(values[3]),
        VaSkew = values[4],
        IovaSkew = ReadSize(values[5]),
        Thp = values[6],
    };

    private static LabRow MemoryRow(IReadOnlyList<string> values) => new()
    {
        Kernel = values[0], Memory = values[1], Bytes = ReadSize(values[2]), IovaSkew = ReadSize(values[3]),
    };

    private static ulong ReadSize(string text) => BinarySize.TryParse(text, out var bytes, out var error) ? bytes : throw new LabException($"matrix: {error}");
}

/// <summary>A row that is always there, on these kernels.</summary>
internal sealed record AlwaysRow(ImmutableArray<string> Kernels, string Bar, string Size, string Offset = "0", string VaSkew = "0", string IovaSkew = "0", string Thp = "always");

/// <summary>What may be combined of memory.</summary>
internal sealed record MemoryMatrix(ImmutableArray<string> Kind, ImmutableArray<string> Size, ImmutableArray<string> IovaSkew);
