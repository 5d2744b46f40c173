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
        error = null;
        scenario = new PricedScenario<RebalanceScenario>(utf8.ToArray(), source, options.Pricing, RebalanceScenario.TryRead, Run);
        return true;
    }

    private Finished Run(RebalanceScenario scenario, Prices prices, ProgressLine progress, CancellationToken cancellation)
    {
        progress.Doing("going through histories");
        return new Finished(new RebalanceRunner(prices.Knowledge, prices.Cases, prices.Calibration).Run(scenario, progress.Done, progress, cancellation), options);
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
