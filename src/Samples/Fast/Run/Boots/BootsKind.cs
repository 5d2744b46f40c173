using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
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
    public ImmutableArray<Option> Options => [options.Timeline, options.Pricing.Knowledge, options.Pricing.Calibration, options.FailOver];

    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> utf8, string source, out IReadScenario? scenario, out string? error)
    {
        error = null;
        scenario = new PricedScenario<BootScenario>(utf8.ToArray(), source, options.Pricing, BootScenario.TryRead, Run);
        return true;
    }

    private Finished Run(BootScenario scenario, Prices prices, ProgressLine progress, CancellationToken cancellation)
    {
        progress.Doing("executing the boots' maps and unmaps");
        return new Finished(new BootRunner(prices.Knowledge, prices.Cases, prices.Calibration).Run(scenario, progress, cancellation), options);
    }

    private sealed class Finished(BootResult result, RunOptions options) : IFinishedScenario
    {
        public void WriteFiles(ParseResult parse)
        {
            if (parse.GetValue(options.Timeline) is { } path) OutputFile.Write("run: --timeline", path, stream => Timeline.Write(result, stream));
        }

        public void PrintJson(string name, TextWriter output) => JsonPrinter.Print(BootsDocument.Of(name, result), ToolJson.Default.BootsDocument, output);

        public void Draw(string name, Page page) => BootsText.Write(BootsDocument.Of(name, result), page);

        public ExitCode Judge(ParseResult parse, TextWriter error)
        {
            var slowest = result.Runs.MaxBy(run => run.Time.Sum.Center)!;
            if (parse.GetValue(options.FailOver) is not { } limit || slowest.Time.Sum.Center <= limit) return ExitCode.Done;
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fast: run: {Numbers.Seconds(slowest.Time.Sum.Center)} of '{slowest.Run.Name}' is above --fail-over {limit}"));
            return ExitCode.LimitExceeded;
        }
    }
}
