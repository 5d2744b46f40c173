using System.Globalization;

namespace Fast.Machines;

/// <summary>Reads one line of a listing as a region: <c>Region 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G]</c> and its relatives.</summary>
internal static class RegionLine
{
    private const string SizeSuffixes = "KMGTPE";
    private static readonly (string Words, RegionKind Kind)[] Kinds =
        [("Memory at", RegionKind.Memory), ("I/O ports at", RegionKind.IoPorts), ("Expansion ROM at", RegionKind.Rom)];

    /// <summary>Reads <paramref name="text"/>, which has no space at its ends.</summary>
    /// <param name="text">The line.</param>
    /// <param name="line">Its number.</param>
    /// <param name="region">The region, when it is one.</param>
    /// <param name="fault">Why it is a region line that breaks off or makes no sense, or <see langword="null"/>.</param>
    /// <returns>Whether it is a whole region line; neither result nor fault: some other line.</returns>
    internal static bool TryRead(ReadOnlySpan<char> text, int line, out PciRegion? region, out string? fault)
    {
        region = null;
        fault = null;
        int? index = null;
        var rest = text;
        if (rest.StartsWith("Region ", StringComparison.Ordinal) || rest is "Region")
        {
            rest = rest[6..].TrimStart();
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits < 0) return Fault("breaks off before what the region is", out fault);
            if (digits is 0 or > 2 || rest[digits] != ':') return false;
            index = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[(digits + 1)..].TrimStart();
            if (rest.IsEmpty) return Fault("breaks off before what the region is", out fault);
        }

        var draft = new PciRegion { Kind = RegionKind.Memory, Index = index, SourceLine = line };
        while (rest.StartsWith("[virtual]", StringComparison.Ordinal) || rest.StartsWith("[enhanced]", StringComparison.Ordinal))
        {
            if (rest[1] == 'v') draft = draft with { IsVirtual = true };
            rest = rest[(rest.IndexOf(']') + 1)..].TrimStart();
        }

        if (!TryReadKind(ref rest, index is not null, out var kind, out fault)) return false;
        draft = draft with { Kind = kind };
        if (!TryReadAddress(ref rest, ref draft, out fault)) return false;
        if (!TryReadType(ref rest, ref draft, out fault)) return false;
        if (!TryReadTail(rest, ref draft, out fault)) return false;
        region = draft;
        return true;
    }

    private static bool TryReadKind(ref ReadOnlySpan<char> rest, bool hasIndex, out RegionKind kind, out string? fault)
    {
        fault = null;
        foreach (var known in Kinds)
        {
            kind = known.Kind;
            if (rest.StartsWith(known.Words, StringComparison.Ordinal))
            {
                rest = rest[known.Words.Length..];
                if (!rest.IsEmpty && !char.IsWhiteSpace(rest[0])) return false;
                rest = rest.TrimStart();
                return !rest.IsEmpty || Fault("breaks off before the address", out fault);
            }

            if (hasIndex && known.Words.AsSpan().StartsWith(rest, StringComparison.Ordinal)) return Fault("breaks off before the address", out fault);
        }

        kind = default;
        return false;
    }

    private static bool TryReadAddress(ref ReadOnlySpan<char> rest, ref PciRegion draft, out string? fault)
    {
        fault = null;
        var end = rest.IndexOfAny(' ', '\t', '(');
        if (end == 0) return Fault("has no address", out fault);
        var word = end < 0 ? rest : rest[..end];
        if (word[0] == '<')
        {
            if (word[^1] != '>') return Fault("breaks off inside the address", out fault);
            draft = word is "<ignored>" ? draft with { IsIgnored = true } : draft with { IsUnassigned = true };
        }
        else if (ulong.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address))
        {
            draft = draft with { Address = address };
        }
        else
        {
            return Fault($"has the address '{word}', which is neither a hexadecimal number nor <unassigned>", out fault);
        }

        rest = end < 0 ? [] : rest[end..].TrimStart();
        return true;
    }

    private static bool TryReadType(ref ReadOnlySpan<char> rest, ref PciRegion draft, out string? fault)
    {
        fault = null;
        if (draft.Kind != RegionKind.Memory) return true;
        if (rest.IsEmpty || rest[0] != '(') return rest.IndexOf("[size=", StringComparison.Ordinal) >= 0 || Fault("breaks off after the address", out fault);
        var close = rest.IndexOf(')');
        if (close < 0) return Fault("breaks off inside its brackets", out fault);
        var type = rest[1..close];
        draft = draft with
        {
            Is64 = type.StartsWith("64-bit", StringComparison.Ordinal),
            Prefetchable = type.IndexOf("prefetchable", StringComparison.Ordinal) >= 0 && type.IndexOf("non-prefetchable", StringComparison.Ordinal) < 0,
        };
        rest = rest[(close + 1)..].TrimStart();
        return true;
    }

    private static bool TryReadTail(ReadOnlySpan<char> rest, ref PciRegion draft, out string? fault)
    {
        fault = null;
        while (!rest.IsEmpty)
        {
            if (rest[0] != '[')
            {
                var space = rest.IndexOfAny(' ', '\t', '[');
                if ((space < 0 ? rest : rest[..space]) is "VF") draft = draft with { IsOfVirtualFunctions = true };
                rest = space < 0 ? [] : rest[space..].TrimStart();
                continue;
            }

            var close = rest.IndexOf(']');
            if (close < 0) return Fault("breaks off inside its brackets", out fault);
            var word = rest[1..close];
            if (word.StartsWith("size=", StringComparison.Ordinal))
            {
                if (!TryReadSize(word[5..], out var bytes)) return Fault($"has the size '{word[5..]}', which is none", out fault);
                draft = draft with { Bytes = bytes == 0 ? null : bytes };
            }
            else if (word is "disabled")
            {
                draft = draft with { IsDisabled = true };
            }
            else if (word is "virtual")
            {
                draft = draft with { IsVirtual = true };
            }

            rest = rest[(close + 1)..].TrimStart();
        }

        return true;
    }

    /// <summary>lspci writes decimal digits and at most one binary suffix.</summary>
    private static bool TryReadSize(ReadOnlySpan<char> word, out ulong bytes)
    {
        bytes = 0;
        if (word.IsEmpty) return false;
        var shift = 10 * (SizeSuffixes.IndexOf(word[^1], StringComparison.Ordinal) + 1);
        if (!ulong.TryParse(shift == 0 ? word : word[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        bytes = number << shift;
        return bytes >> shift == number;
    }

    private static bool Fault(string what, out string? fault)
    {
        fault = what;
        return false;
    }
}
