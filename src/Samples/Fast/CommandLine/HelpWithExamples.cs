using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Fast.Tool.CommandLine;

/// <summary>The parser's help page, and after it what each verb wants to add: units, examples, exit codes; by verb, the root's under no name.</summary>
internal sealed class HelpWithExamples(HelpAction page, IReadOnlyDictionary<string, string> notes) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        page.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        if (notes.TryGetValue(command is RootCommand ? "" : command.Name, out var note))
            parseResult.InvocationConfiguration.Output.WriteLine(note.TrimEnd());
        return (int)ExitCode.Done;
    }
}
