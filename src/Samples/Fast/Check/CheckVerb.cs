using System.CommandLine;
using Fast.Host;
using Fast.Machines;
using Fast.Tool.Json;

namespace Fast.Tool.Check;

/// <summary><c>fast check</c>.</summary>
internal static class CheckVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Nothing is changed; --self-test allocates memory of its own. More is seen as root: physical addresses, other users' processes,
        frames. Findings are errors (a minute of boot time and more, or it does not work), warnings (seconds, or less than it could be)
        or notes.

        Examples:
          fast check                                this machine: kernel, THP, IOMMU, BARs and windows
          sudo fast check $(pgrep -o qemu)          a VM too: are its BARs mapped by large leaves, may it lock its memory
          fast check --fail-on error --json         for a pipeline: exit code 2 when something is badly set
          sudo fast check --self-test --hugetlb     real frames of 4 KiB, 2 MiB and 1 GiB pages, merged into runs
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new CheckOptions();
        var verb = new Command("check", "A live machine, and a process of it: what makes BARs slow to map, and what to change. Linux only.") { options.Process };
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction((parse, cancellation) => Task.FromResult((int)Run(options, parse, streams, cancellation)));
        return verb;
    }

    private static ExitCode Run(CheckOptions options, ParseResult parse, CliStreams streams, CancellationToken cancellation)
    {
        var tree = options.ReadTree(parse);
        CheckRun run;
        try
        {
            using var progress = new ProgressLine(streams, parse.GetValue(options.Quiet));
            run = CheckRun.Of(tree, parse.GetValue(options.Process), parse.GetValue(options.SelfTest), parse.GetValue(options.Hugetlb), progress, cancellation);
        }
        catch (HostException exception)
        {
            throw new InputException($"check: {exception.Message}");
        }

        var limit = parse.GetValue(options.FailOn) is { } word ? Words.Parse<Severity>(word) : (Severity?)null;
        var document = CheckDocument.Of(run, limit, options.AreasOf(parse));
        if (parse.GetValue(options.Json)) JsonPrinter.Print(document, ToolJson.Default.CheckDocument, streams.Out);
        else CheckText.Write(document, run, streams);
        if (document.FailOn is not { Exceeded: true }) return ExitCode.Done;
        var worst = run.Findings[0];
        streams.Error.WriteLine($"fast: check: {worst.Id} ({worst.Where}) is {Words.Of(worst.Severity)}; --fail-on {Words.Of(limit!.Value)}");
        return ExitCode.LimitExceeded;
    }
}
