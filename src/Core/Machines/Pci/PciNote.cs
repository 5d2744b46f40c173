using System.Globalization;

namespace Fast.Machines;

/// <summary>Something that a reader of the result should know about its input.</summary>
/// <param name="Line">Line of the listing, from 1; 0 when it has none.</param>
/// <param name="Text">What it is.</param>
public sealed record PciNote(int Line, string Text)
{
    /// <summary>The note with its line.</summary>
    public override string ToString() => Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {Line}: {Text}") : Text;
}
