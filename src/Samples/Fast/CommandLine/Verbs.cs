using System.CommandLine;
using System.CommandLine.Help;
using Fast.Tool.Check;
using Fast.Tool.Explain;
using Fast.Tool.Fit;
using Fast.Tool.Formats;
using Fast.Tool.Log;
using Fast.Tool.Map;
using Fast.Tool.Measure;
using Fast.Tool.Predict;
using Fast.Tool.Run;
using Fast.Tool.Walk;

namespace Fast.Tool.CommandLine;

/// <summary>The command tree.</summary>
internal static class Verbs
{
    private static readonly Dictionary<string, string> Notes = new()
    {
        [""] = """
            'fast VERB --help' lists the options of a verb, with examples.

            Results go to standard output, progress and diagnostics to standard error. Sizes are binary: 4K, 2M, 1G, 32G.

            Exit codes:
              0    done; a modelled errno is a result
              1    wrong usage or input: one line on standard error says what, where and what to do
              2    the prediction is above --fail-over SECONDS, or a finding reaches --fail-on SEVERITY
              3    internal failure; FAST_TRACE=1 prints the trace
              130  stopped by Ctrl-C; nothing was written

            Environment:
              NO_COLOR=1     no colours
              FAST_TRACE=1   the trace of an internal failure
            """,
        ["predict"] = PredictVerb.Notes,
        ["map"] = MapVerb.Notes,
        ["explain"] = ExplainVerb.Notes,
        ["fit"] = FitVerb.Notes,
        ["log"] = LogVerb.Notes,
        ["run"] = RunVerb.Notes,
        ["check"] = CheckVerb.Notes,
        ["walk"] = WalkVerb.Notes,
        ["measure"] = MeasureVerb.Notes,
        ["formats"] = FormatsVerb.Notes,
    };

    /// <summary>The whole tree, for a run on the given streams.</summary>
    public static RootCommand Root(CliStreams streams)
    {
        var root = new RootCommand("Page tables at memory speed, and what a VM with large GPU BARs pays for them while it boots.")
        {
            PredictVerb.Create(streams),
            MapVerb.Create(streams),
            ExplainVerb.Create(streams),
            FitVerb.Create(streams),
            LogVerb.Create(streams),
            RunVerb.Create(streams),
            CheckVerb.Create(streams),
            WalkVerb.Create(streams),
            MeasureVerb.Create(streams),
            FormatsVerb.Create(streams),
        };
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction page }) option.Action = new HelpWithExamples(page, Notes);
            if (option is VersionOption) option.Action = new VersionLine();
        }

        return root;
    }
}
