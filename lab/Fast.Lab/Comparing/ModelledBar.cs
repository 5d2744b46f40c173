using System.Globalization;
using System.Text.Json;

namespace Fast.Lab;

/// <summary>The model's counts of a BAR: <c>fast map --json</c>, cold and warm.</summary>
internal static class ModelledBar
{
    // A process's table has a root and one table below it whatever is mapped; VmPTE counts the lower levels of a process that has its upper ones long since.
    private const long UpperTables = 2 * 4096;

    /// <summary>Executes the model.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="row">The case.</param>
    /// <param name="vaSkew">Where the mmap came to be.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<RowCounts> ExecuteAsync(string tool, LabRow row, ulong vaSkew, CancellationToken cancellation)
    {
        using var cold = await RunAsync(tool, [.. Arguments(row, vaSkew), "--kernel", row.Kernel], cancellation);
        using var warm = await RunAsync(tool, [.. Arguments(row, vaSkew), "--kernel", row.Kernel, "--warm"], cancellation);
        var (first, again) = (cold.RootElement, warm.RootElement);
        return new RowCounts(
            MapCounts.Read(first.GetProperty("map")),
            UnmapCounts.Read(first.GetProperty("unmap")),
            MapCounts.Read(again.GetProperty("map")),
            UnmapCounts.Read(again.GetProperty("unmap")),
            first.GetProperty("memory").GetProperty("cpuTableBytes").GetInt64() - UpperTables);
    }

    /// <summary>The options of <c>fast map</c> for a case.</summary>
    public static IEnumerable<string> Arguments(LabRow row, ulong vaSkew) =>
    [
        "map", "--json", "--quiet", "--size", Text(row.Bytes), "--bar", Text(row.BarBytes), "--offset", Text(row.Offset), "--va-skew", Text(vaSkew), "--iova-skew", Text(row.IovaSkew), "--thp", row.Thp,
    ];

    private static async Task<JsonDocument> RunAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellation) =>
        JsonDocument.Parse(await ChildProcess.RunAsync(tool, arguments, cancellation));

    private static string Text(ulong bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
