namespace Fast.Machines;

/// <summary>What every scenario file says, whatever kind of machine it describes: the word <c>machine</c> decides how the rest is read.</summary>
/// <param name="Machine">The kind of machine, such as <c>kvm</c>.</param>
/// <param name="Title">What it shows, in one line.</param>
/// <param name="Source">Where its figures and settings come from.</param>
public sealed record ScenarioHead(string Machine, string Title, string Source)
{
    /// <summary>What the field <c>schema</c> of a file must say.</summary>
    public const string Schema = "fast.scenario/1";

    /// <summary>Reads the head of a file and leaves the rest alone.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="head">The head.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    /// <param name="machines">The kinds that are known; any, when there is none.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out ScenarioHead? head, out string? error, params string[] machines) =>
        ScenarioFile.TryRead(utf8, source, root => Read(root, machines), out head, out error);

    /// <summary>Takes the head's fields from a document.</summary>
    internal static ScenarioHead Read(JsonPart root, params ReadOnlySpan<string> machines)
    {
        var schema = root.Take("schema");
        if (schema.Text() != Schema) throw schema.Fault($"expected '{Schema}'");
        var machine = root.Take("machine");
        return new ScenarioHead(machines.IsEmpty ? machine.Text() : machine.Word(machines), root.Take("title").Text(), root.Take("source").Text());
    }
}
