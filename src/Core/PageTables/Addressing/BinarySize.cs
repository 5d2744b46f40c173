using System.Globalization;

namespace Fast.PageTables;

/// <summary>Sizes as the field writes them: <c>4K</c>, <c>2M</c>, <c>1G</c>, powers of 1024 without exception.</summary>
public static class BinarySize
{
    private const string Suffixes = "KMGTPE";

    /// <summary>The shortest exact form: <c>34359738368</c> becomes <c>32G</c>, <c>4097</c> stays <c>4097</c>.</summary>
    public static string Format(ulong bytes)
    {
        var suffix = -1;
        while (bytes != 0 && (bytes & 1023) == 0 && suffix < Suffixes.Length - 1)
        {
            bytes >>= 10;
            suffix++;
        }

        var number = bytes.ToString(CultureInfo.InvariantCulture);
        return suffix < 0 ? number : number + Suffixes[suffix];
    }

    /// <summary>Reads <c>4096</c>, <c>4K</c>, <c>2M</c>, <c>1G</c>, <c>1T</c>, <c>0x1000</c>; a trailing <c>iB</c> is allowed.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="bytes">The size.</param>
    /// <param name="error">What is wrong with it and what would be right, or <see langword="null"/>.</param>
    public static bool TryParse(string text, out ulong bytes, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        error = null;
        var number = text.AsSpan().Trim();
        if (number.EndsWith("iB", StringComparison.OrdinalIgnoreCase)) number = number[..^2];
        var shift = 0;
        if (number.Length > 0 && !number.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && char.IsAsciiLetter(number[^1]))
        {
            var suffix = Suffixes.IndexOf(char.ToUpperInvariant(number[^1]), StringComparison.Ordinal);
            if (suffix < 0)
            {
                error = $"'{text}' has the unknown size suffix '{number[^1]}'; use K, M, G, T, P or E";
                return false;
            }

            shift = 10 * (suffix + 1);
            number = number[..^1];
        }

        var parsed = number.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(number[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes)
            : ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
        if (!parsed)
        {
            error = $"'{text}' is not a size; write for example 4K, 2M or 32G";
            return false;
        }

        if (shift != 0 && bytes > ulong.MaxValue >> shift)
        {
            error = $"'{text}' does not fit in 64 bits; the largest size is {ulong.MaxValue}";
            return false;
        }

        bytes <<= shift;
        return true;
    }
}
