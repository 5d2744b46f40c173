using System.CommandLine;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Formats;

/// <summary><c>fast formats</c>.</summary>
internal static class FormatsVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        Examples:
          fast formats                      the declared formats, one line each
          fast formats vtd-ss-4l            one format, level by level
          fast formats vtd-ss-4l --emit     the C# that was emitted for it when this tool was built
        """;

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var id = new Argument<string?>("ID") { Description = "Id of a format; without it, all of them.", Arity = ArgumentArity.ZeroOrOne };
        var emit = Values.Flag("--emit", "Print the code that was emitted for the format (embedded at build).");
        var json = Values.Flag("--json", $"Print one JSON document ({FormatsDocument.SchemaId}).");
        var verb = new Command("formats", "The declared page-table formats, their geometry, and the code emitted for them.") { id, emit, json };
        verb.SetAction(parse =>
        {
            var name = parse.GetValue(id);
            var withCode = parse.GetValue(emit);
            if (name is null && withCode) throw new InputException("formats: --emit needs a format: fast formats ID --emit ('fast formats' lists the ids)");
            var formats = name is null ? FormatRegistry.All : [FormatRegistry.Find(name)];
            var document = FormatsDocument.Of(formats, withCode);
            if (parse.GetValue(json)) JsonPrinter.Print(document, ToolJson.Default.FormatsDocument, streams.Out);
            else if (withCode) streams.Out.Write(document.Formats[0].Code);
            else if (name is null) FormatsText.WriteList(document, streams);
            else FormatsText.WriteOne(document.Formats[0], streams);
            return (int)ExitCode.Done;
        });
        return verb;
    }
}
