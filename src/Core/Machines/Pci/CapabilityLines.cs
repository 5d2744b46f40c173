using System.Globalization;

namespace Fast.Machines;

/// <summary>The MSI-X table of a function: its VMM writes it, so the guest's accesses to its pages are trapped.</summary>
/// <param name="Region">The BAR that it is in.</param>
/// <param name="Offset">Its first byte there.</param>
/// <param name="Vectors">Its entries, of 16 bytes each.</param>
public readonly record struct MsixTable(int Region, ulong Offset, int Vectors)
{
    private const int EntryBytes = 16;

    /// <summary>Its bytes in the BAR.</summary>
    public BusRange Bytes => BusRange.Of(Offset, (ulong)Vectors * EntryBytes);
}

/// <summary>A BAR whose size can be chosen.</summary>
/// <param name="Region">The BAR.</param>
/// <param name="Sizes">One bit for each size in bytes that it may have.</param>
public readonly record struct ResizableRegion(int Region, ulong Sizes);

/// <summary>
/// Reads what a listing says about MSI-X and Resizable BAR: <c>MSI-X: Enable+ Count=9 Masked-</c> with <c>Vector table: BAR=0 offset=00b90000</c> under it, and
/// <c>BAR 2: current size: 1GB, supported: 256MB 512MB 1GB</c>. What is not understood is passed over.
/// </summary>
internal sealed class CapabilityLines
{
    // No BAR is larger, and sums with it stay small.
    private const ulong MostOffset = 1UL << 52;

    private readonly List<ResizableRegion> _resizable = [];
    private int _vectors;
    private MsixTable? _msix;

    /// <summary>Whether the line was one of these; the head of the MSI-X capability is remembered, but left for others too.</summary>
    public bool TryRead(ReadOnlySpan<char> line)
    {
        if (line.StartsWith("Capabilities:", StringComparison.Ordinal))
        {
            _vectors = line.IndexOf("MSI-X:", StringComparison.Ordinal) >= 0 && TryNumber(line, "Count=", NumberStyles.None, out var count) ? (int)Math.Min(count, 2048) : 0;
            return false;
        }

        if (_vectors > 0 && line.StartsWith("Vector table:", StringComparison.Ordinal))
        {
            if (TryNumber(line, "BAR=", NumberStyles.None, out var bar) && TryNumber(line, "offset=", NumberStyles.AllowHexSpecifier, out var offset) && bar < 6 && offset < MostOffset) _msix = new MsixTable((int)bar, offset, _vectors);
            return true;
        }

        return line.StartsWith("BAR ", StringComparison.Ordinal) && TryReadSizes(line);
    }

    /// <summary>The device with what was read since <see cref="Clear"/>.</summary>
    public PciDevice Complete(PciDevice device) => device with { Msix = _msix, Resizable = [.. _resizable] };

    /// <summary>Forgets it.</summary>
    public void Clear()
    {
        _resizable.Clear();
        (_vectors, _msix) = (0, null);
    }

    private bool TryReadSizes(ReadOnlySpan<char> line)
    {
        const string Supported = "supported:";
        var at = line.IndexOf(Supported, StringComparison.Ordinal);
        if (at < 0 || line.Length < 5 || line[4] is < '0' or > '5') return false;
        ulong sizes = 0;
        foreach (var word in line[(at + Supported.Length)..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var shift = (word.Length > 2 ? word[^2..] : "") switch { "MB" => 20, "GB" => 30, "TB" => 40, _ => 0 };
            if (shift == 0 || !ulong.TryParse(word.AsSpan(0, word.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1 << 20) continue;
            sizes |= number << shift;
        }

        if (sizes != 0) _resizable.Add(new ResizableRegion(line[4] - '0', sizes));
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> line, string before, NumberStyles style, out ulong value)
    {
        value = 0;
        var at = line.IndexOf(before, StringComparison.Ordinal);
        if (at < 0) return false;
        var rest = line[(at + before.Length)..];
        var end = rest.IndexOfAny(' ', ',', '\t');
        return ulong.TryParse(end < 0 ? rest : rest[..end], style, CultureInfo.InvariantCulture, out value);
    }
}
