using System.Globalization;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.CommandLine;

/// <summary>Sizes of memory and ranges of addresses on the command line.</summary>
internal static class AddressValues
{
    private const ulong Page = 4096;
    private static readonly (string Suffix, ulong Factor)[] Decimal = [("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];

    /// <summary>Reads <c>256G</c> (binary) and <c>256GB</c> (decimal, as flavors are sold), rounded down to pages.</summary>
    public static bool ReadMemory(string text, out ulong? bytes, out string? error)
    {
        foreach (var (suffix, factor) in Decimal)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) continue;
            var isNumber = ulong.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ulong.MaxValue / factor;
            bytes = isNumber ? number * factor / Page * Page : null;
            error = isNumber ? null : $"'{text}' is not a size of memory; write for example 256G (binary) or 256GB (decimal)";
            return isNumber;
        }

        return Values.ReadSomePages(text, out bytes, out error);
    }

    /// <summary>Reads <c>0x4000000000-0x7fffffffff</c> and <c>0x4000000000+256G</c>, above 4 GiB.</summary>
    public static bool ReadRange(string text, out BusRange? range, out string? error)
    {
        range = null;
        error = $"'{text}' is not a range of addresses; write for example 0x4000000000-0x7fffffffff or 0x4000000000+256G";
        var at = text.IndexOfAny(['-', '+']);
        if (at <= 0 || !BinarySize.TryParse(text[..at], out var start, out _) || !BinarySize.TryParse(text[(at + 1)..], out var second, out _) || second == 0) return false;
        var last = text[at] == '-' ? second : start + (second - 1);
        if (last <= start || start < 1UL << 32 || last >= 1UL << FitRequest.MostPhysicalBits)
        {
            error = $"'{text}' is not a window above 4G and below 4P";
            return false;
        }

        (range, error) = (new BusRange(start, last), null);
        return true;
    }

    /// <summary>Reads a number between two others.</summary>
    public static Values.Reader<int?> Number(string what, int least, int most) => (string text, out int? value, out string? error) =>
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;
        value = number;
        error = isNumber ? null : $"'{text}' is not a number of {what} from {least} to {most}";
        return isNumber;
    };
}
