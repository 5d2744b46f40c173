using System.Collections.Immutable;
using System.CommandLine;
using Fast.Machines;
using Fast.Tool.Json;

namespace Fast.Tool.Run.BarTables;

/// <summary>One BAR on several kernels at several alignments.</summary>
internal sealed class BarTableKind : IScenarioKind
{
    /// <inheritdoc/>
    public string Heading => "One BAR on several kernels";

    /// <inheritdoc/>
    public ImmutableArray<string> Machines { get; } = [BarTableScenario.Machine];

    /// <inheritdoc/>
    public ImmutableArray<Option> Options => [];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        scenario = BarTableScenario.TryRead(utf8, source, out var read, out error) ? new Ready(read!) : null;
        return scenario is not null;
    }

    private sealed class Ready(BarTableScenario scenario) : IReadScenario
    {
        public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation)
        {
            progress.Doing("executing each map and unmap");
            return new Finished(scenario, scenario.Run(new BarCaseCache(), progress, cancellation));
        }
    }

    private sealed class Finished(BarTableScenario scenario, ImmutableArray<BarOutcome> outcomes) : IFinishedScenario
    {
        public void WriteFiles(ParseResult parse)
        {
        }

        public void PrintJson(string name, TextWriter output) => JsonPrinter.Print(BarTableDocument.Of(name, scenario, outcomes), ToolJson.Default.BarTableDocument, output);

        public void Draw(string name, Page page) => BarTableText.Write(BarTableDocument.Of(name, scenario, outcomes), page);
    }
}
