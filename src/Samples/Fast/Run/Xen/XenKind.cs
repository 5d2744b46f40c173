using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Fast.Machines.Xen;
using Fast.Tool.Json;

namespace Fast.Tool.Run.Xen;

/// <summary>A GPU's buffers in a guest of Xen, under several strategies.</summary>
/// <param name="options">The shared options.</param>
internal sealed class XenKind(RunOptions options) : IScenarioKind
{
    /// <inheritdoc/>
    public string Heading => "A GPU's buffers in a guest of Xen, by strategy";

    /// <inheritdoc/>
    public ImmutableArray<string> Machines { get; } = [XenScenario.Machine];

    /// <inheritdoc/>
    public ImmutableArray<Option> Options => [options.Html];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        scenario = XenScenario.TryRead(utf8, source, out var read, out error) ? new Ready(read!, options) : null;
        return scenario is not null;
    }

    private sealed class Ready(XenScenario scenario, RunOptions options) : IReadScenario
    {
        public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation) =>
            new Finished(new XenRunner(XenCosts.Default).Run(scenario, new Reported(progress), cancellation), options);
    }

    /// <summary>Says how far a run is; it is called where the run is, not later.</summary>
    private sealed class Reported(ProgressLine progress) : IProgress<XenProgress>
    {
        public void Report(XenProgress value)
        {
            progress.Doing($"run {value.Run} of {value.Of}, {value.Name}, simulated seconds");
            progress.Done((long)value.Seconds, (long)Math.Ceiling(value.OfSeconds));
        }
    }

    private sealed class Finished(XenScenarioResult result, RunOptions options) : IFinishedScenario
    {
        public void WriteFiles(ParseResult parse)
        {
            if (parse.GetValue(options.Html) is { } path) OutputFile.Write("run: --html", path, stream => stream.Write(Encoding.UTF8.GetBytes(XenHtml.Of(XenDocument.Of(path, result)))));
        }

        public void PrintJson(string name, TextWriter output) => JsonPrinter.Print(XenDocument.Of(name, result), ToolJson.Default.XenDocument, output);

        public void Draw(string name, Page page) => XenText.Write(XenDocument.Of(name, result), page);
    }
}
