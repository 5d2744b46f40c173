using Fast.Host;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Measure;

/// <summary>A part of a BAR as <c>--case</c> takes it: <c>SIZE[@OFFSET][:VASKEW[:IOVASKEW]]</c>.</summary>
internal sealed record CaseSpec(ulong Bytes, ulong Offset, ulong? VaSkew, ulong IovaSkew)
{
    /// <summary>The word for an mmap that chooses no address.</summary>
    public const string Natural = "natural";

    private const int MostParts = 3;

    /// <summary>Reads one.</summary>
    public static bool Read(string text, out CaseSpec? spec, out string? error)
    {
        spec = null;
        var parts = text.Split(':');
        var place = parts[0].Split('@');
        error = parts.Length > MostParts || place.Length > 2 ? $"'{text}' is not SIZE[@OFFSET][:VASKEW[:IOVASKEW]]; write for example 1G@4K:2M" : null;
        ulong? bytes = 0, offset = 0, vaSkew = 0, iovaSkew = 0;
        var isRead = error is null
            && Values.ReadSomePages(place[0], out bytes, out error)
            && (place.Length == 1 || Values.ReadPages(place[1], out offset, out error))
            && (parts.Length == 1 || ReadSkew(parts[1], out vaSkew, out error))
            && (parts.Length < MostParts || Values.ReadPages(parts[2], out iovaSkew, out error));
        if (isRead) spec = new CaseSpec(bytes!.Value, offset!.Value, vaSkew, iovaSkew!.Value);
        return isRead;
    }

    /// <summary>Reads where an mmap is off; <see langword="null"/>: anywhere.</summary>
    public static bool ReadSkew(string text, out ulong? skew, out string? error)
    {
        skew = null;
        error = null;
        if (text == Natural) return true;
        if (!Values.ReadPages(text, out skew, out error)) return false;
        if (skew >= Congruent.Modulus) error = $"'{text}' is not below 1G; skews are modulo 1G";
        return error is null;
    }
}
