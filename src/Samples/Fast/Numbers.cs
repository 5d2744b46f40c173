using System.Globalization;
using Fast.PageTables;

namespace Fast.Tool;

/// <summary>Numbers as the tool writes them for people: the same in every locale.</summary>
internal static class Numbers
{
    /// <summary><c>8,388,608</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 leaf</c>, <c>8,388,608 leaves</c>.</summary>
    public static string Count(long value, string one, string? many = null) => $"{Count(value)} {(value == 1 ? one : many ?? one + "s")}";

    /// <summary><c>32 GiB</c>, <c>64.1 MiB</c>.</summary>
    public static string Bytes(ulong bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        var unit = 0;
        var value = (double)bytes;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {units[unit]}");
    }

    /// <summary><c>32G</c>: what an option would take.</summary>
    public static string Size(ulong bytes) => BinarySize.Format(bytes);

    /// <summary><c>0x7f0000000000</c>: an address, in documents too, where a number would lose its last digits to readers of doubles.</summary>
    public static string Hex(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");

    /// <summary>Three digits and a unit: <c>1.02 s</c>, <c>0.845 s</c>, <c>3.9 µs</c>.</summary>
    public static string Seconds(double seconds)
    {
        var (scale, unit) = ScaleOf(seconds);
        return $"{Digits(seconds * scale)} {unit}";
    }

    /// <summary>A time and its band, in one unit: <c>0.845 s (0.676 to 1.06)</c>.</summary>
    public static string Band(double seconds, double low, double high)
    {
        var (scale, unit) = ScaleOf(seconds);
        return $"{Digits(seconds * scale)} {unit} ({Digits(low * scale)} to {Digits(high * scale)})";
    }

    /// <summary>A factor: <c>262,144</c>, <c>5.2</c>.</summary>
    public static string Factor(double factor) => factor switch
    {
        >= 1000 => factor.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => factor.ToString("0", CultureInfo.InvariantCulture),
        _ => factor.ToString("0.0", CultureInfo.InvariantCulture),
    };

    private static (double Scale, string Unit) ScaleOf(double seconds) => seconds switch
    {
        0 or >= 0.1 => (1, "s"),
        >= 1e-4 => (1e3, "ms"),
        >= 1e-7 => (1e6, "µs"),
        _ => (1e9, "ns"),
    };

    private static string Digits(double value)
    {
        var format = value switch
        {
            >= 100 => "N0",
            >= 10 => "0.#",
            >= 1 => "0.##",
            _ => "0.###",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
