using System.Globalization;

namespace Fast.Machines;

/// <summary>A file in JSON that somebody may have written by hand: how it is opened, and how its faults are said.</summary>
internal static class JsonFile
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>Reads a file.</summary>
    /// <param name="utf8">Its content.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="schema">File of the schema to look at.</param>
    /// <param name="read">Reads the document; throws <see cref="KnowledgeFault"/> for what is not as it must be.</param>
    /// <param name="value">What was read.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    internal static bool TryRead<T>(ReadOnlySpan<byte> utf8, string source, string schema, Func<JsonPart, T> read, out T? value, out string? error)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            value = read(JsonPart.Parse(utf8.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8));
            error = null;
            return true;
        }
        catch (KnowledgeFault fault)
        {
            value = null;
            var field = fault.Path.Length == 0 ? "" : fault.Path + ": ";
            error = string.Create(CultureInfo.InvariantCulture, $"{source}, line {fault.Line}: {PciListingError.OneLine(field + fault.Message)}; see {schema}");
            return false;
        }
    }
}
