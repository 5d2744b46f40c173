using System.Globalization;

namespace Fast.Machines;

/// <summary>Why a listing cannot be used: what is wrong, where, and what to do.</summary>
/// <param name="Source">Name of the listing.</param>
/// <param name="Line">Line, from 1; 0 when the listing as a whole is meant.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Quoted">The text of the line, shortened, or <see langword="null"/>.</param>
public sealed record PciListingError(string Source, int Line, string What, string Remedy, string? Quoted)
{
    private const int QuotedCharacters = 90;

    /// <summary>The whole error in one line.</summary>
    public string Message
    {
        get
        {
            var place = Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Source}, line {Line}") : Source;
            var quote = Quoted is null ? "" : $": '{Shorten(Quoted)}'";
            return $"{OneLine(place)}: {OneLine(What)}{quote}; {OneLine(Remedy)}";
        }
    }

    /// <summary>The whole error in one line.</summary>
    public override string ToString() => Message;

    /// <summary>At most <see cref="QuotedCharacters"/> printable characters of a line.</summary>
    internal static string Shorten(string text)
    {
        var line = OneLine(text.Trim());
        return line.Length <= QuotedCharacters ? line : line[..(QuotedCharacters - 1)] + "…";
    }

    internal static string OneLine(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        });
}
