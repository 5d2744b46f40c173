using System.Globalization;

namespace Fast.Host;

/// <summary>Lines of procfs of the form <c>Name:  value kB</c>.</summary>
internal static class ProcText
{
    /// <summary>The value of a line, or <see langword="null"/>.</summary>
    public static string? Value(IEnumerable<string> lines, string name)
    {
        foreach (var line in lines)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal)) return line[(name.Length + 1)..].Trim();
        }

        return null;
    }

    /// <summary>The value of a line in bytes, or <see langword="null"/>.</summary>
    public static ulong? Kilobytes(IEnumerable<string> lines, string name) => Value(lines, name) is { } value ? Kilobytes(value) : null;

    /// <summary>A value such as <c>12 kB</c> in bytes, or <see langword="null"/>.</summary>
    public static ulong? Kilobytes(ReadOnlySpan<char> value)
    {
        value = value.Trim();
        return value.EndsWith(" kB", StringComparison.Ordinal) && ulong.TryParse(value[..^3], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) && kilobytes <= ulong.MaxValue >> 10
            ? kilobytes << 10
            : null;
    }

    /// <summary>A number of hexadecimal digits, with or without 0x.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out ulong number)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        return ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
