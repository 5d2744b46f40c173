using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Fast.Machines;
using Fast.Tool.Json;

namespace Fast.Tool.Run.Rebalance;

/// <summary>Devices come and go while the guest runs, and BARs are moved to make room.</summary>
/// <param name="options">The shared options.</param>
internal sealed class RebalanceKind(RunOptions options) : IScenarioKind
{
    /// <inheritdoc/>
    public string Heading => "Devices come and go while the guest runs, and BARs are moved to make room";

    /// <inheritdoc/>
    public ImmutableArray<string> Machines { get; } = [RebalanceScenario.Machine];

    /// <inheritdoc/>
    public ImmutableArray<Option> Options => [options.Html, options.Pricing.Knowledge, options.Pricing.Calibration];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        // As for boots: which releases a file may name is decided by the knowledge that the command line gives.
        error = null;
        scenario = new Ready(utf8.ToArray(), source, options);
        return true;
    }

    private sealed class Ready(byte[] utf8, string source, RunOptions options) : IReadScenario
    {
        public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation)
        {
            var knowledge = options.Pricing.ReadKnowledge(parse, "run");
            if (!RebalanceScenario.TryRead(utf8, source, out var scenario, out var error, knowledge)) throw new InputException($"run: {error}");
            var cases = new BarCaseCache();
            var calibration = options.Pricing.ReadCalibration(parse, "run", knowledge, cases, progress, cancellation);
            progress.Doing("going through histories");
            return new Finished(new RebalanceRunner(knowledge, cases, calibration).Run(scenario!, progress.Done, progress, cancellation), options);
        }
    }

    private sealed class Finished(RebalanceResult result, RunOptions options) : IFinishedScenario
    {
        public void WriteFiles(ParseResult parse)
        {
            if (parse.GetValue(options.Html) is not { } path) return;
            var page = RebalanceHtml.Of(RebalanceDocument.Of("", result), result);
            OutputFile.Write("run: --html", path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        }

        public void PrintJson(string name, TextWriter output) => JsonPrinter.Print(RebalanceDocument.Of(name, result), ToolJson.Default.RebalanceDocument, output);

        public void Draw(string name, Page page) => RebalanceText.Write(RebalanceDocument.Of(name, result), page);
    }
}
