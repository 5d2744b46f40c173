using System.Globalization;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.CommandLine;

/// <summary>Addresses and parts of regions on the command line.</summary>
internal static class RegionValues
{
    private const ulong PageOffset = 4095;

    // Sums of two of them still fit.
    private const ulong Most = 1UL << 52;

    /// <summary>Reads <c>2:0x7f0000000000</c>.</summary>
    public static bool ReadAddress(string text, out RegionAddress value, out string? error)
    {
        value = default;
        error = $"'{text}' is not a region and its address; write for example 2:0x7f0000000000";
        if (!TryRegion(text, out var region, out var rest) || !BinarySize.TryParse(rest, out var address, out _) || address >= Most) return false;
        if ((address & PageOffset) != 0)
        {
            error = $"'{text}' is not on a page of 4K";
            return false;
        }

        (value, error) = (new RegionAddress(region, address), null);
        return true;
    }

    /// <summary>Reads <c>2:0x10000000+4K</c>.</summary>
    public static bool ReadPart(string text, out RegionPart value, out string? error)
    {
        value = default;
        error = $"'{text}' is not a region and a part of it; write for example 2:0x10000000+4K";
        if (!TryRegion(text, out var region, out var rest) || rest.Split('+') is not [var first, var length]) return false;
        if (!BinarySize.TryParse(first, out var offset, out _) || !BinarySize.TryParse(length, out var bytes, out _) || bytes == 0 || offset >= Most || bytes >= Most) return false;
        (value, error) = (new RegionPart(region, BusRange.Of(offset, bytes)), null);
        return true;
    }

    private static bool TryRegion(string text, out int region, out string rest)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        rest = colon < 0 ? "" : text[(colon + 1)..];
        region = 0;
        return colon > 0 && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out region) && region < 6;
    }
}
