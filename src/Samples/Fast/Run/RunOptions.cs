using System.CommandLine;
using Fast.Machines;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Run;

/// <summary>The options of <c>fast run</c>: those of every run, and those that several kinds of scenarios may share.</summary>
internal sealed class RunOptions
{
    /// <summary>What to run.</summary>
    public Argument<string?> Scenario { get; } = new("SCENARIO")
    {
        Description = $"A scenario file, or a built-in name ({string.Join(", ", BuiltInScenarios.Names)}).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>List instead of running.</summary>
    public Option<bool> List { get; } = Values.Flag("--list", "List the built-in scenarios.");

    /// <summary>One document.</summary>
    public Option<bool> Json { get; } = Values.Flag("--json", $"Print one JSON document ({RunVerb.SchemaId}).");

    /// <summary>No progress.</summary>
    public Option<bool> Quiet { get; } = Values.Flag("--quiet", "No progress on standard error.");

    /// <summary>Shared: every map and unmap in time.</summary>
    public Option<string?> Timeline { get; } = Values.One<string>("--timeline", "FILE", "Also write every map and unmap in the Chrome trace-event form.", OutputFile.ReadName);

    /// <summary>Shared: a page for a browser.</summary>
    public Option<string?> Html { get; } = Values.One<string>("--html", "FILE", "Also write a self-contained page for a browser.", OutputFile.ReadName);

    /// <summary>Whether somebody wrote an option.</summary>
    public static bool IsGiven(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };
}
