using System.Collections.Immutable;

namespace Fast.Lab;

/// <summary>The document of <c>matrix --json</c>.</summary>
internal sealed record MatrixReport(string Schema, string Host, int Agree, int Differ, int Failed, int NoKernel, ImmutableArray<RowView> Rows)
{
    /// <summary>The document's schema.</summary>
    public const string SchemaId = "fast.lab-matrix/1";

    /// <summary>The document of some rows.</summary>
    public static MatrixReport Of(string host, ImmutableArray<RowResult> rows) => new(
        SchemaId, host, Count(rows, RowStatus.Agrees), Count(rows, RowStatus.Differs), Count(rows, RowStatus.Failed), Count(rows, RowStatus.NoKernel), [.. rows.Select(RowView.Of)]);

    /// <summary>Whether everything that was asked for was had, and agrees.</summary>
    public bool IsClean => Differ + Failed + NoKernel == 0;

    private static int Count(ImmutableArray<RowResult> rows, RowStatus status) => rows.Count(row => row.Status == status);
}

/// <summary>A row of the document.</summary>
internal sealed record RowView(string Kernel, string Title, string Status, string? Problem, int Counters, int Different, LabRow Case, InstructionCounts? Instructions)
{
    /// <summary>The row of a result.</summary>
    public static RowView Of(RowResult result)
    {
        var status = result.Status.ToString();
        return new RowView(result.Kernel, result.Row.Title, char.ToLowerInvariant(status[0]) + status[1..], result.Problem, result.Compared.Length, result.Different.Count(), result.Row, result.Instructions);
    }
}
