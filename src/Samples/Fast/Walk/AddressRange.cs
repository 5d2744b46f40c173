using System.Globalization;
using Fast.PageTables;

namespace Fast.Tool.Walk;

/// <summary>Addresses on the command line: hexadecimal, as every tool of the kernel prints them.</summary>
internal static class AddressRange
{
    /// <summary>Reads <c>START-END</c> (END exclusive) or <c>START+SIZE</c>.</summary>
    public static bool Read(string text, out IovaRange? range, out string? error)
    {
        range = null;
        error = null;
        var at = text.IndexOfAny(['-', '+']);
        if (at <= 0 || !TryParseHex(text[..at], out var start))
        {
            error = $"'{text}' is not START-END or START+SIZE; write for example 7f0000000000-7f0040000000 or 0x7f0000000000+1G";
            return false;
        }

        ulong bytes;
        if (text[at] == '+')
        {
            if (!BinarySize.TryParse(text[(at + 1)..], out bytes, out error)) return false;
        }
        else
        {
            if (!TryParseHex(text[(at + 1)..], out var end))
            {
                error = $"'{text[(at + 1)..]}' in '{text}' is not a hexadecimal address";
                return false;
            }

            // The end of the last page is 2^64, of which 16 digits show zeros.
            bytes = unchecked(end - start);
            if (end <= start && end != 0)
            {
                error = $"'{text}' ends at or before its start; END is the first address behind the range";
                return false;
            }
        }

        if (bytes == 0 || start > ulong.MaxValue - (bytes - 1))
        {
            error = $"'{text}' is empty or goes beyond 64 bits";
            return false;
        }

        range = IovaRange.Of(new Iova(start), bytes);
        return true;
    }

    /// <summary>Reads a number of hexadecimal digits with or without 0x.</summary>
    public static bool TryParseHex(string text, out ulong number)
    {
        var digits = text.AsSpan().Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
