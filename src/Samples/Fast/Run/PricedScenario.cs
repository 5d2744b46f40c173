using System.CommandLine;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Run;

/// <summary>
/// A scenario whose maps are priced. Which releases its file may name is the knowledge's to say, and which knowledge that is the command line's: the whole file is read when it is run.
/// </summary>
/// <param name="utf8">The file.</param>
/// <param name="source">Its name, for messages.</param>
/// <param name="pricing">The options.</param>
/// <param name="read">Reads the file.</param>
/// <param name="run">Runs what was read.</param>
internal sealed class PricedScenario<TScenario>(byte[] utf8, string source, PricingOptions pricing, PricedScenario<TScenario>.Reader read, PricedScenario<TScenario>.Runner run) : IReadScenario
    where TScenario : class
{
    /// <summary>Reads a file.</summary>
    public delegate bool Reader(ReadOnlySpan<byte> utf8, string source, out TScenario? scenario, out string? error, Knowledge? knowledge);

    /// <summary>Runs a scenario; whoever runs it prices by the knowledge and the calibration, and executes each distinct case once.</summary>
    public delegate IFinishedScenario Runner(TScenario scenario, Prices prices, ProgressLine progress, CancellationToken cancellation);

    /// <inheritdoc/>
    public IFinishedScenario Run(ParseResult parse, ProgressLine progress, CancellationToken cancellation)
    {
        var knowledge = pricing.ReadKnowledge(parse, "run");
        if (!read(utf8, source, out var scenario, out var error, knowledge)) throw new InputException($"run: {error}");
        var cases = new BarCaseCache();
        var calibration = pricing.ReadCalibration(parse, "run", knowledge, cases, progress, cancellation);
        return run(scenario!, new Prices(knowledge, cases, calibration), progress, cancellation);
    }
}

/// <summary>What maps are priced by.</summary>
/// <param name="Knowledge">Which release does what, and what steps cost.</param>
/// <param name="Cases">What was executed already.</param>
/// <param name="Calibration">Times of one's own machine, if there are any.</param>
internal sealed record Prices(Knowledge Knowledge, BarCaseCache Cases, Calibration? Calibration);
