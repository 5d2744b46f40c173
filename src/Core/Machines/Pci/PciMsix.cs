using System.Globalization;
using System.Text.RegularExpressions;

namespace Fast.Machines;

/// <summary>A function's MSI-X table: a VMM handles accesses to its pages itself, so they split the BAR that holds it.</summary>
/// <param name="Region">Number of the BAR.</param>
/// <param name="Offset">First byte in it.</param>
/// <param name="Vectors">Entries of 16 bytes.</param>
public sealed partial record PciMsix(int Region, ulong Offset, int Vectors)
{
    private const int EntryBytes = 16;

    /// <summary>Length of the table.</summary>
    public ulong Bytes => (ulong)Vectors * EntryBytes;

    /// <summary>The number of vectors in <c>Capabilities: [b0] MSI-X: Enable- Count=9 Masked-</c>, or <see langword="null"/>.</summary>
    internal static int? VectorsIn(ReadOnlySpan<char> line)
    {
        var match = Capability().Match(line.ToString());
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Reads <c>Vector table: BAR=0 offset=00b90000</c>.</summary>
    internal static PciMsix? TryRead(ReadOnlySpan<char> line, int vectors)
    {
        var match = Table().Match(line.ToString());
        return match.Success
            ? new PciMsix(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), ulong.Parse(match.Groups[2].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), vectors)
            : null;
    }

    [GeneratedRegex("MSI-X: Enable[-+] Count=([0-9]{1,4})\\b")]
    private static partial Regex Capability();

    [GeneratedRegex("^Vector table: BAR=([0-5]) offset=([0-9a-f]{1,8})$")]
    private static partial Regex Table();
}
