using System.CommandLine;
using Fast.Machines;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Explain;

/// <summary><c>fast explain</c>.</summary>
internal static class ExplainVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        For each stretch of each BAR the first rule that keeps a larger leaf away, with its numbers and what would bring it. The CPU's table
        (the process's, and so KVM's) and the IOMMU's are told apart: the first decides how long a map takes, the second how well devices reach
        the BAR. Unless --va and --iova say otherwise, BARs are where the VMM would mmap them, and the guest has them at multiples of their size.

        Examples:
          lspci -vv | fast explain - --host-kernel 6.12 --thp never
          fast explain h100.txt --va 2:0x7f0000200000       as /proc/PID/maps has it
          fast explain --rules                              all rules
          fast explain --case msix --execute                a constructed case, mapped on real tables
          fast explain h100.txt --fail-on error --json      for a pipeline: exit code 2 when there is an error
        """;

    private const string Verb = "explain";

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new ExplainOptions();
        var verb = new Command(Verb, "Why each BAR of a host is mapped by the leaves that map it, and what would bring larger ones.") { options.Host };
        foreach (var option in options.All) verb.Add(option);
        verb.SetAction(async (parse, cancellation) => (int)await RunAsync(options, parse, streams, cancellation));
        return verb;
    }

    private static async Task<ExitCode> RunAsync(ExplainOptions options, ParseResult parse, CliStreams streams, CancellationToken cancellation)
    {
        if (parse.GetValue(options.Rules))
        {
            ExplainText.WriteRules(new Page(streams));
            return ExitCode.Done;
        }

        var host = parse.GetValue(options.Host)!;
        var knowledge = options.Pricing.ReadKnowledge(parse, Verb);
        GpuSelection selection;
        var asked = parse;
        if (parse.GetValue(options.Case) is { } id)
        {
            if (parse.GetResult(options.Host) is { Tokens.Count: > 0 }) throw new InputException($"explain: --case brings its own listing; leave '{host}' or --case out");
            var known = ExplainCases.Find(id)!;
            // The case's own options; what else was given, such as the form of the output, is taken from the command line.
            asked = parse.RootCommandResult.Command.Parse([Verb, .. known.Options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            (host, selection) = ($"case {id}", PciListing.Read(known.Listing, $"case {id}").SelectGpus());
        }
        else
        {
            selection = await HostInput.ReadAsync(Verb, host, streams.In, cancellation);
        }

        selection = options.Select(parse, selection);
        var (request, vmm) = options.Request(asked, selection, knowledge);
        var explanation = Explainer.Explain(request);
        var executed = parse.GetValue(options.Execute) ? await Task.Run(() => Execute(explanation, streams, parse.GetValue(options.Quiet), cancellation), cancellation) : [];
        var document = ExplainDocument.Of(host, vmm, explanation, executed, selection.Notes, parse.GetValue(options.FailOn));
        if (parse.GetValue(options.Json)) JsonPrinter.Print(document, ToolJson.Default.ExplainDocument, streams.Out);
        else ExplainText.Write(document, new Page(streams));
        if (document.FailOn is not { Exceeded: true } limit) return ExitCode.Done;
        await streams.Error.WriteLineAsync($"fast: explain: there are findings of --fail-on {limit.Severity} or above");
        return ExitCode.LimitExceeded;
    }

    private static Dictionary<ExplainedBar, bool> Execute(Explanation explanation, CliStreams streams, bool quiet, CancellationToken cancellation)
    {
        var executed = new Dictionary<ExplainedBar, bool>(ReferenceEqualityComparer.Instance);
        using var progress = new ProgressLine(streams, quiet);
        progress.Doing("mapping the BARs on real tables");
        foreach (var bar in explanation.Devices.SelectMany(device => device.Bars)) executed.Add(bar, LayoutExecution.Agrees(bar, progress, cancellation));
        return executed;
    }
}
