using System.Collections.Immutable;
using System.CommandLine;
using Fast.Machines;
using Fast.Tool.Json;

namespace Fast.Tool.Run.Boots;

/// <summary>A machine booted in several ways.</summary>
/// <param name="options">The shared options.</param>
internal sealed class BootsKind(RunOptions options) : IScenarioKind
{
    /// <inheritdoc/>
    public string Heading => "A machine booted in several ways";

    /// <inheritdoc/>
    public ImmutableArray<string> Machines { get; } = [BootScenario.Kvm, BootScenario.HyperV];

    /// <inheritdoc/>
    public ImmutableArray<Option> Options => [options.Timeline];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        scenario = BootScenario.TryRead(utf8, source, out var read, out error) ? new Ready(read!, options) : null;
        return scenario is not null;
    }

    private sealed class Ready(BootScenario scenario, RunOptions options) : IReadScenario
    {
        public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation)
        {
            progress.Doing("executing the boots' maps and unmaps");
            return new Finished(new BootRunner(Knowledge.Default, new BarCaseCache()).Run(scenario, progress, cancellation), options);
        }
    }

    private sealed class Finished(BootResult result, RunOptions options) : IFinishedScenario
    {
        public void WriteFiles(ParseResult parse)
        {
            if (parse.GetValue(options.Timeline) is { } path) OutputFile.Write("run: --timeline", path, stream => Timeline.Write(result, stream));
        }

        public void PrintJson(string name, TextWriter output) => JsonPrinter.Print(BootsDocument.Of(name, result), ToolJson.Default.BootsDocument, output);

        public void Draw(string name, Page page) => BootsText.Write(BootsDocument.Of(name, result), page);
    }
}
