using System.Collections.Immutable;
using System.CommandLine;
using Fast.Machines.Xen;
using Fast.Tool.Json;

namespace Fast.Tool.Run.Xen;

/// <summary>A GPU's buffers in a guest of Xen, under several strategies.</summary>
internal sealed class XenKind : IScenarioKind
{
    /// <inheritdoc/>
    public string Heading => "A GPU's buffers in a guest of Xen, by strategy";

    /// <inheritdoc/>
    public ImmutableArray<string> Machines { get; } = [XenScenario.Machine];

    /// <inheritdoc/>
    public ImmutableArray<Option> Options => [];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        scenario = XenScenario.TryRead(utf8, source, out var read, out error) ? new Ready(read!) : null;
        return scenario is not null;
    }

    private sealed class Ready(XenScenario scenario) : IReadScenario
    {
        public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation) =>
            new Finished(new XenRunner(XenCosts.Default).Run(scenario, new Reported(progress), cancellation));
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

    private sealed class Finished(XenScenarioResult result) : IFinishedScenario
    {
        public void WriteFiles(ParseResult parse)
        {
        }

        public void PrintJson(string name, TextWriter output) => JsonPrinter.Print(XenDocument.Of(name, result), ToolJson.Default.XenDocument, output);

        public void Draw(string name, Page page) => XenText.Write(XenDocument.Of(name, result), page);
    }
}
