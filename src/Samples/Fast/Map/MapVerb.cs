using System.CommandLine;
using Fast.Linux;
using Fast.Machines;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Map;

/// <summary><c>fast map</c>.</summary>
internal static class MapVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Sizes and skews are binary: 4K, 2M, 32G. A skew is an offset modulo 1G of the mapping's address against the physical one.

        Examples:
          fast map --size 32G --kernel 6.12 --warm     one BAR through map and unmap, step by step as Linux 6.12 does it
          fast map --size 32G --compare                the same on every kernel that was counted, and on the fast path
          fast map --size 32G --kernel 7.3 --va-skew 2M
                                                       an mmap that is 2M off: 16,384 lookups instead of 32
          fast map --size 32G --kernel 6.12 --patches 1,2,3,4,5
                                                       6.12 with the five patches that 6.15 has
          fast map --size 32G --path fast --json       what this library needs for it
          fast map --size 1G --ram thp --compare 6.12,7.3,fast
                                                       ordinary memory instead of a BAR, on two kernels and the fast path
          fast map --size 4M --ram 4K --fail map:2 --break-every 1M --trace steps.txt
                                                       the second chunk fails: what is undone, step by step
          fast map --size 32G --backend iommufd        the BAR as a dma-buf: one run, no lookup
        """;

    private const int MostRepeats = 1000;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new MapOptions();
        var verb = new Command("map", "One BAR through map and unmap, on a kernel's path or the fast path: counters, leaves, bytes, time.");
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction((parse, cancellation) => Task.FromResult((int)Run(options, parse, streams, cancellation)));
        return verb;
    }

    /// <summary>Reads a number of repetitions.</summary>
    public static bool ReadRepeat(string text, out int? repeat, out string? error)
    {
        var isNumber = int.TryParse(text, out var value) && value is >= 1 and <= MostRepeats;
        repeat = value;
        error = isNumber ? null : $"'{text}' is not a number of repetitions from 1 to {MostRepeats}";
        return isNumber;
    }

    private static ExitCode Run(MapOptions options, ParseResult parse, CliStreams streams, CancellationToken cancellation)
    {
        var cases = options.Cases(parse);
        var repeat = parse.GetValue(options.Repeat) ?? 1;
        var costs = new CostModel(Knowledge.Default);
        using var progress = new ProgressLine(streams, parse.GetValue(options.Quiet));
        var runs = new List<MapRun>();
        foreach (var barCase in cases)
        {
            progress.Doing($"{Title(barCase)} ({runs.Count + 1} of {cases.Length})");
            runs.Add(Execute(barCase, repeat, costs, progress, parse.GetValue(options.Trace), cancellation));
        }

        progress.Dispose();
        var compares = options.Compares(parse);
        if (parse.GetValue(options.Json))
        {
            var shown = runs.LastOrDefault(run => run.Case.Path == MapPath.Kernel) ?? runs[^1];
            JsonPrinter.Print(shown.ToDocument(compares ? [.. runs.Select(run => run.ToDocument())] : null), ToolJson.Default.MapDocument, streams.Out);
        }
        else if (compares)
        {
            CompareText.Write(runs, streams);
        }
        else
        {
            MapText.Write(runs[0], streams);
        }

        return ExitCode.Done;
    }

    /// <summary>A trace is complete or not there: it gets its name when the run is over.</summary>
    private static MapRun Execute(BarCase barCase, int repeat, CostModel costs, ProgressLine progress, string? traceFile, CancellationToken cancellation)
    {
        if (traceFile is null) return MapRun.Execute(barCase, repeat, costs, progress, null, cancellation);
        MapRun? run = null;
        OutputFile.Write("map: --trace", traceFile, stream =>
        {
            using var writer = new StreamWriter(stream);
            run = MapRun.Execute(barCase, repeat, costs, progress, new StepTrace(writer), cancellation);
        });
        return run!;
    }

    private static string Title(BarCase barCase) => barCase.Path == MapPath.Fast ? "fast path" : $"Linux {barCase.Kernel.Version}";
}
