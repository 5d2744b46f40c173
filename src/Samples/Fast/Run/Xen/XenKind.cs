using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Fast.Machines.Xen;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Run.Xen;

/// <summary>A GPU's buffers in a guest of Xen, under several strategies.</summary>
/// <param name="options">The shared options.</param>
internal sealed class XenKind(RunOptions options) : IScenarioKind
{
    private readonly RunOptions _options = options;

    private readonly Option<string?> _costs = Values.One<string>("--xen-costs", "FILE", "Costs of Xen's steps from a file instead of the built-in ones (fast.xen-costs/1).", PricingOptions.ReadName("a file with costs"));

    /// <inheritdoc/>
    public string Heading => "A GPU's buffers in a guest of Xen, by strategy";

    /// <inheritdoc/>
    public ImmutableArray<string> Machines { get; } = [XenScenario.Machine];

    /// <inheritdoc/>
    public ImmutableArray<Option> Options => [_options.Html, _costs];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        scenario = XenScenario.TryRead(utf8, source, out var read, out error) ? new Ready(read!, this) : null;
        return scenario is not null;
    }

    private XenCosts CostsOf(ParseResult parse)
    {
        if (parse.GetValue(_costs) is not { } path) return XenCosts.Default;
        var bytes = PricingOptions.ReadFile(path, "run: --xen-costs");
        return XenCosts.TryRead(bytes, path, out var costs, out var error) ? costs! : throw new InputException($"run: --xen-costs: {error}");
    }

    private sealed class Ready(XenScenario scenario, XenKind kind) : IReadScenario
    {
        public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation) =>
            new Finished(new XenRunner(kind.CostsOf(parse)).Run(scenario, new Reported(progress), cancellation), kind._options);
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
