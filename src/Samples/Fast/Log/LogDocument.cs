using System.Collections.Immutable;
using Fast.Machines;

namespace Fast.Tool.Log;

/// <summary>What <c>fast log --json</c> prints.</summary>
internal sealed record LogDocument(
    string Schema,
    string Source,
    string? GuestKernel,
    bool BatchedSizing,
    int Events,
    double Seconds,
    PerPageView? NanosecondsPerPage,
    string? Host,
    ImmutableArray<LogFunctionView> Functions,
    ExtrapolationView? Extrapolated,
    ImmutableArray<GapView> Unexplained,
    ImmutableArray<string> Problems)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.log/1";

    /// <summary>A document of <paramref name="analysis"/>.</summary>
    public static LogDocument Of(LogAnalysis analysis) => new(
        SchemaId,
        analysis.Log.Source,
        analysis.Log.Kernel?.ToString(),
        analysis.IsBatched,
        analysis.Events,
        analysis.Seconds,
        analysis.PerPage is { } perPage ? new PerPageView(perPage.Low, perPage.High, perPage.Mean) : null,
        analysis.Host,
        [.. analysis.Functions.Select(LogFunctionView.Of)],
        analysis.Extrapolated is { } more ? new ExtrapolationView(more.MissingDevices, more.Events, more.Seconds) : null,
        [.. analysis.Log.Unexplained.Select(gap => new GapView(gap.Line, null, 0, gap.Seconds, gap.Text))],
        [.. analysis.Log.Problems.Select(problem => problem.ToString())]);
}

/// <summary>Nanoseconds of one unmap and map for each page of 4K.</summary>
internal sealed record PerPageView(double Low, double High, double Mean);

/// <summary>A function with slow gaps. Bytes that came and went; 0 when the log does not say.</summary>
internal sealed record LogFunctionView(string Address, string Kind, ulong Bytes, int Events, double Seconds, ImmutableArray<GapView> Gaps)
{
    /// <summary>A view of <paramref name="function"/>.</summary>
    public static LogFunctionView Of(LogFunction function) => new(
        function.Address,
        function.IsBridge ? "bridge" : "endpoint",
        function.Bytes,
        function.Events,
        function.Seconds,
        [.. function.Gaps.Select(gap => new GapView(gap.Gap.Line, MapCauses.IdOf(gap.Cause), gap.Events, gap.Gap.Seconds, gap.Gap.Text))]);
}

/// <summary>Time before a line, and what it is attributed to.</summary>
internal sealed record GapView(int Line, string? Cause, int Events, double Seconds, string Text);

/// <summary>The log's events and time with the devices that it does not show.</summary>
internal sealed record ExtrapolationView(int MissingDevices, int Events, double Seconds);
