using System.CommandLine;
using System.Text;
using Fast.Machines;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;
using Fast.Tool.Map;

namespace Fast.Tool.Run;

/// <summary><c>fast run</c>.</summary>
internal static class RunVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Every config access of firmware, kernel and bus driver is executed on a register model; each distinct map of a BAR is executed
        once on real tables and priced. A scenario file is JSON (docs/schema/fast.scenario-1.schema.json); the built-in ones are such files.

        Examples:
          fast run --list                                   the built-in scenarios
          fast run azure-14-gpus
          fast run mine.json --timeline boot.json           every map and unmap, for Perfetto
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var scenario = new Argument<string?>("SCENARIO") { Description = $"A scenario file, or a built-in name ({string.Join(", ", BuiltInScenarios.Names)}).", Arity = ArgumentArity.ZeroOrOne };
        var list = Values.Flag("--list", "List the built-in scenarios.");
        var timeline = Values.One<string>("--timeline", "FILE", "Also write every map and unmap in the Chrome trace-event form.", OutputFile.ReadName);
        var json = Values.Flag("--json", $"Print one JSON document ({RunDocument.SchemaId}).");
        var quiet = Values.Flag("--quiet", "No progress on standard error.");
        var verb = new Command("run", "Boots a whole machine in several ways and compares what its BARs cost.") { scenario, list, timeline, json, quiet };
        verb.SetAction(async (parse, cancellation) =>
        {
            if (parse.GetValue(list)) return WriteList(parse, scenario, streams);
            var name = parse.GetValue(scenario) ?? throw new InputException($"run: no scenario; name a file or one of {string.Join(", ", BuiltInScenarios.Names)}");
            var read = await ReadAsync(name, streams, cancellation);
            ScenarioResult result;
            using (var progress = new ProgressLine(streams, parse.GetValue(quiet)))
            {
                progress.Doing("executing the boots' maps and unmaps");
                result = new ScenarioRunner(Knowledge.Default, new BarCaseCache()).Run(read, progress, cancellation);
            }

            if (parse.GetValue(timeline) is { } path) OutputFile.Write("run: --timeline", path, stream => Timeline.Write(result, stream));
            var document = RunDocument.Of(name, result);
            if (parse.GetValue(json)) JsonPrinter.Print(document, ToolJson.Default.RunDocument, streams.Out);
            else RunText.Write(document, new Page(streams));
            return (int)ExitCode.Done;
        });
        return verb;
    }

    private static int WriteList(ParseResult parse, Argument<string?> scenario, CliStreams streams)
    {
        if (parse.GetValue(scenario) is { } name) throw new InputException($"run: --list takes no scenario, and '{name}' is one");
        var page = new Page(streams);
        page.Rows(["name", "what it shows"], BuiltInScenarios.Names.Select(each => (IReadOnlyList<string>)[each, BuiltInScenarios.Find(each)!.Title]), textColumns: 2);
        return (int)ExitCode.Done;
    }

    private static async Task<Scenario> ReadAsync(string name, CliStreams streams, CancellationToken cancellation)
    {
        if (BuiltInScenarios.Find(name) is { } builtIn) return builtIn;
        var what = $"a scenario file, or one of {string.Join(", ", BuiltInScenarios.Names)}{NearestWord.Hint(name, BuiltInScenarios.Names)}";
        var text = await TextInput.ReadAsync("run", what, name, streams.In, cancellation);
        return Scenario.TryRead(Encoding.UTF8.GetBytes(text), name == TextInput.StandardInput ? "standard input" : name, out var scenario, out var error)
            ? scenario!
            : throw new InputException($"run: {error}");
    }
}
