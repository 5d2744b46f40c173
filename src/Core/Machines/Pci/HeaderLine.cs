using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Machines;

/// <summary>Reads the line that starts a device: <c>0a:00.0 3D controller [0302]: NVIDIA Corporation Device [10de:2329] (rev a1)</c>.</summary>
internal static class HeaderLine
{
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdef:./");

    /// <summary>Reads <paramref name="text"/>, which has no space at its ends.</summary>
    /// <param name="text">The line.</param>
    /// <param name="line">Its number.</param>
    /// <param name="device">The device without regions.</param>
    /// <param name="isWhole">Whether the class is followed by a colon and a name.</param>
    internal static bool TryRead(ReadOnlySpan<char> text, int line, out PciDevice? device, out bool isWhole)
    {
        device = null;
        isWhole = false;
        var space = text.IndexOfAny(' ', '\t');
        if (space < 0 || !TryReadPath(text[..space], out var address, out var bridges)) return false;
        var rest = text[space..].TrimStart();
        var colon = rest.IndexOf(": ", StringComparison.Ordinal);
        isWhole = colon > 0;
        var (className, code) = SplitClass(colon < 0 ? rest.TrimEnd(':') : rest[..colon]);
        var (name, vendor, id) = SplitName(colon < 0 ? [] : rest[(colon + 2)..]);
        device = new PciDevice
        {
            Address = address,
            BridgesAbove = bridges,
            Class = className,
            ClassCode = code,
            Name = name,
            VendorId = vendor,
            DeviceId = id,
            SourceLine = line,
        };
        return true;
    }

    /// <summary>Whether <paramref name="text"/> can be the beginning of an address and of nothing else.</summary>
    internal static bool IsCutAddress(ReadOnlySpan<char> text) =>
        text.Contains(':') && text.IndexOfAnyExcept(AddressCharacters) < 0 && text.Length <= 64;

    private static bool TryReadPath(ReadOnlySpan<char> token, out string address, out ImmutableArray<string> bridges)
    {
        address = "";
        bridges = [];
        if (token.Length > 512) return false;
        var parts = token.ToString().Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (!IsAddress(parts[i], mayBeShort: i > 0)) return false;
        }

        // lspci -P writes bridges as device.function only; then only the whole path is an address.
        address = parts[^1].Contains(':', StringComparison.Ordinal) ? parts[^1] : token.ToString();
        bridges = [.. parts[..^1]];
        return true;
    }

    private static bool IsAddress(ReadOnlySpan<char> text, bool mayBeShort)
    {
        var dot = text.LastIndexOf('.');
        if (dot < 2 || text.Length != dot + 2 || text[^1] is < '0' or > '7' || !IsHex(text[(dot - 2)..dot])) return false;
        var rest = text[..(dot - 2)];
        if (rest.IsEmpty) return mayBeShort;
        if (rest.Length < 3 || rest[^1] != ':' || !IsHex(rest[^3..^1])) return false;
        rest = rest[..^3];
        return rest.IsEmpty || (rest.Length is >= 5 and <= 9 && rest[^1] == ':' && IsHex(rest[..^1]));
    }

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigit(character)) return false;
        }

        return true;
    }

    private static (string Name, int? Code) SplitClass(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length >= 6 && text[^1] == ']' && text[^6] == '[' && TryHex(text[^5..^1], out var code)) return (text[..^6].TrimEnd().ToString(), code);
        return text.Length == 4 && TryHex(text, out code) ? (PciClass.NameOf(code), code) : (text.ToString(), null);
    }

    private static (string Name, int? Vendor, int? Device) SplitName(ReadOnlySpan<char> text)
    {
        foreach (var tail in (ReadOnlySpan<string>)["(prog-if ", "(rev "])
        {
            var at = text.LastIndexOf(tail, StringComparison.Ordinal);
            if (at >= 0) text = text[..at].TrimEnd();
        }

        if (text.Length >= 11 && text[^1] == ']' && text[^11] == '[' && TryIds(text[^10..^1], out var vendor, out var device))
        {
            return (text[..^11].TrimEnd().ToString(), vendor, device);
        }

        return TryIds(text, out vendor, out device) ? ($"Device [{text}]", vendor, device) : (text.ToString(), null, null);
    }

    private static bool TryIds(ReadOnlySpan<char> text, out int vendor, out int device)
    {
        device = 0;
        vendor = 0;
        return text.Length == 9 && text[4] == ':' && TryHex(text[..4], out vendor) && TryHex(text[5..], out device);
    }

    private static bool TryHex(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
