using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fast.Tool.CommandLine;

/// <summary>Says in one line why a command line cannot be run.</summary>
internal static class ParseProblem
{
    /// <summary>The problem, or <see langword="null"/>.</summary>
    public static string? Describe(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        if (parse.Action is { ClearsParseErrors: true }) return null;
        if (OptionTakenForArgument(parse) is { } taken) return UnknownOption(taken, command);
        if (parse.Errors.Count == 0) return null;
        var isRoot = command is RootCommand;
        var name = NameOf(command);
        // A value that its option refused says more than what was left over because of it.
        if (parse.Errors.FirstOrDefault(IsFromOption) is { } wrong) return $"{command.Name}: {Text(wrong)}";
        if (parse.UnmatchedTokens is [var token, ..])
        {
            if (token.StartsWith('-') && token.Length > 1)
                return UnknownOption(token, command);
            return isRoot
                ? $"unknown verb '{token}'{NearestWord.Hint(token, command.Subcommands.Select(verb => verb.Name))}{SeeHelp(name)}"
                : $"{command.Name}: unexpected '{token}'{SeeHelp(name)}";
        }

        if (isRoot) return $"no verb; write one of {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}{SeeHelp(name)}";
        if (MissingArgument(parse) is { } missing) return $"{command.Name}: no {missing.Name}: {name} {missing.Name}{SeeHelp(name)}";
        return $"{command.Name}: {parse.Errors[0].Message}";
    }

    private static Argument? MissingArgument(ParseResult parse) =>
        parse.CommandResult.Command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parse.GetResult(argument) is not { Tokens.Count: > 0 });

    private static bool IsFromOption(ParseError error) => error.SymbolResult is OptionResult || error.SymbolResult?.Parent is OptionResult;

    private static string Text(ParseError error)
    {
        var result = error.SymbolResult as OptionResult ?? (OptionResult)error.SymbolResult!.Parent!;
        var option = result.Option;
        return result.Tokens.Count switch
        {
            0 when option.Arity.MinimumNumberOfValues > 0 => $"{option.Name} needs a value: {option.Name} {option.HelpName}",
            > 1 when option.Arity.MaximumNumberOfValues == 1 => $"{option.Name} is given {result.Tokens.Count} times; give it once",
            _ => error.Message,
        };
    }

    // The parser lets an argument begin with a dash. Nothing here is named so, unless somebody insists with `--`.
    private static string? OptionTakenForArgument(ParseResult parse) =>
        parse.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? null
            : parse.CommandResult.Command.Arguments.SelectMany(argument => parse.GetResult(argument)?.Tokens ?? [])
                .Select(token => token.Value)
                .FirstOrDefault(value => value.StartsWith('-') && value.Length > 1);

    private static string UnknownOption(string token, Command command) =>
        $"{(command is RootCommand ? "" : command.Name + ": ")}unknown option '{token}'{NearestWord.Hint(token, OptionNames(command))}{SeeHelp(NameOf(command))}";

    private static string NameOf(Command command) => command is RootCommand ? "fast" : $"fast {command.Name}";

    private static IEnumerable<string> OptionNames(Command command) => command.Options.SelectMany(option => option.Aliases.Append(option.Name));

    private static string SeeHelp(string name) => $" ('{name} --help' lists what there is)";
}
