namespace Fast.Machines;

/// <summary>A scenario file, whatever kind of machine it describes: how it is opened, and how its faults are said.</summary>
internal static class ScenarioFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="utf8">Its content.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="read">Reads the document; throws <see cref="KnowledgeFault"/> for what is not as it must be.</param>
    /// <param name="value">What was read.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    internal static bool TryRead<T>(ReadOnlySpan<byte> utf8, string source, Func<JsonPart, T> read, out T? value, out string? error)
        where T : class => JsonFile.TryRead(utf8, source, "fast.scenario-1.schema.json", read, out value, out error);
}
