using System.CommandLine;
using System.Text;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Run;

/// <summary><c>fast run</c>.</summary>
internal static class RunVerb
{
    /// <summary>The schema of what <c>--json</c> prints; its field <c>machine</c> says which of the alternatives it is.</summary>
    public const string SchemaId = "fast.run/1";

    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Every config access of firmware, kernel and bus driver is executed on a register model; each distinct map of a BAR is executed
        once on real tables and priced. A scenario file is JSON (docs/schema/fast.scenario-1.schema.json); the built-in ones are such
        files. Its field 'machine' says what kind of scenario it is.

        Examples:
          fast run --list                                   the built-in scenarios
          fast run azure-14-gpus
          fast run mine.json --timeline boot.json           every map and unmap, for Perfetto
          fast run nvme-25 --html bars.html                 BARs that are moved to make room; pictures of many histories
          fast run xen-compare --html xen.html              a GPU's buffers in a guest of Xen, by strategy
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var options = new RunOptions();
        var kinds = new ScenarioKinds(options);
        var verb = new Command("run", "Runs a whole machine in several ways and compares what its BARs cost.") { options.Scenario, options.List };
        foreach (var option in kinds.Options) verb.Add(option);
        verb.Add(options.Json);
        verb.Add(options.Quiet);
        verb.SetAction(async (parse, cancellation) => (int)(parse.GetValue(options.List)
            ? WriteList(parse, options, kinds, streams)
            : await RunAsync(parse, options, kinds, streams, cancellation)));
        return verb;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parse, RunOptions options, ScenarioKinds kinds, CliStreams streams, CancellationToken cancellation)
    {
        var name = parse.GetValue(options.Scenario) ?? throw new InputException($"run: no scenario; name a file or one of {string.Join(", ", BuiltInScenarios.Names)}");
        var utf8 = BuiltInScenarios.BytesOf(name) ?? await ReadFileAsync(name, streams, cancellation);
        var source = name == TextInput.StandardInput ? "standard input" : name;
        var kind = kinds.KindOf(utf8, source, out var error) ?? throw new InputException($"run: {error}");
        kinds.Refuse(parse, kind, name);
        if (!kind.TryRead(utf8, source, out var scenario, out error)) throw new InputException($"run: {error}");
        IFinishedScenario finished;
        using (var progress = new ProgressLine(streams, parse.GetValue(options.Quiet))) finished = scenario!.Run(parse, progress, cancellation);
        finished.WriteFiles(parse);
        if (parse.GetValue(options.Json)) finished.PrintJson(name, streams.Out);
        else finished.Draw(name, new Page(streams));
        return finished.Judge(parse, streams.Error);
    }

    private static async Task<byte[]> ReadFileAsync(string name, CliStreams streams, CancellationToken cancellation)
    {
        var what = $"a scenario file, or one of {string.Join(", ", BuiltInScenarios.Names)}{NearestWord.Hint(name, BuiltInScenarios.Names)}";
        return Encoding.UTF8.GetBytes(await TextInput.ReadAsync("run", what, name, streams.In, cancellation));
    }

    private static ExitCode WriteList(ParseResult parse, RunOptions options, ScenarioKinds kinds, CliStreams streams)
    {
        if (parse.GetValue(options.Scenario) is { } name) throw new InputException($"run: --list takes no scenario, and '{name}' is one");
        if (kinds.Options.Append(options.Json).FirstOrDefault(option => RunOptions.IsGiven(parse, option)) is { } other)
            throw new InputException($"run: --list takes no {other.Name}; leave it out");
        var page = new Page(streams);
        var scenarios = BuiltInScenarios.Names.Select(name => (Name: name, Head: BuiltInScenarios.HeadOf(name)!)).ToLookup(each => kinds.KindOf(each.Head.Machine));
        page.Line($"{Numbers.Count(BuiltInScenarios.Names.Length, "built-in scenario")}; 'fast run NAME' runs one.");
        foreach (var kind in kinds.All)
        {
            page.Heading($"{kind.Heading} (machine: {string.Join(", ", kind.Machines)})");
            page.Rows(["name", "what it shows"], scenarios[kind].Select(each => (IReadOnlyList<string>)[each.Name, each.Head.Title]), textColumns: 2);
        }

        return ExitCode.Done;
    }
}
