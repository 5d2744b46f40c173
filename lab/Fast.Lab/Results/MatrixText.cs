using System.Globalization;

namespace Fast.Lab;

/// <summary>The matrix for people: a line for each row, and what differs below.</summary>
internal static class MatrixText
{
    private static readonly string[] Heads = ["kernel", "case", "counters", "first map", "map again", "unmap", "fast map", "fast unmap", "ratio"];

    /// <summary>Writes it.</summary>
    public static void Write(MatrixReport report, TextWriter output)
    {
        var lines = report.Rows.Select(Cells).Prepend(Heads).ToList();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, column) => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        output.WriteLine();
        foreach (var row in report.Rows.Where(row => row.Problem is not null)) output.WriteLine($"{row.Kernel}, {row.Title}: {row.Status}: {row.Problem}");
        output.WriteLine("Maps and unmaps in guest instructions: of the kernel (MAP_DMA, UNMAP_DMA), and of the fast path for the same leaves in the same guest; ratio: map again and unmap together.");
        output.WriteLine($"{report.Agree} of {report.Rows.Length} rows agree count for count; {report.Differ} differ, {report.Failed} failed, {report.NoKernel} without a kernel.");
    }

    private static string[] Cells(RowView row) =>
    [
        row.Kernel, row.Title,
        row.Status switch { "agrees" => $"{row.Counters} equal", "differs" => $"{row.Different} of {row.Counters} DIFFER", "noKernel" => "NO KERNEL", _ => "FAILED" },
        Number(row.Instructions?.MapFirst), Number(row.Instructions?.MapAgain), Number(row.Instructions?.Unmap), Number(row.Instructions?.FastMap), Number(row.Instructions?.FastUnmap),
        row.Instructions is { } instructions ? instructions.Ratio.ToString(instructions.Ratio >= 10 ? "N0" : "0.0", CultureInfo.InvariantCulture) : "",
    ];

    private static string Number(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? "";
}
