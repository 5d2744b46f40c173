using System.Globalization;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Numbers of an address space for people.</summary>
internal static class FitWords
{
    /// <summary><c>256G</c>, <c>783.6G</c>: exact where that is short.</summary>
    public static string Size(ulong bytes)
    {
        if (bytes == 0) return "0";
        var exact = BinarySize.Format(bytes);
        if (exact.Length <= 5) return exact;
        var shift = bytes >= 1UL << 40 ? 40 : bytes >= 1UL << 30 ? 30 : bytes >= 1UL << 20 ? 20 : 10;
        return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1UL << shift):0.##}{"KMGT"[(shift / 10) - 1]}");
    }

    /// <summary><c>1 GPU</c>, <c>3 GPUs</c>.</summary>
    public static string Counted(int count, string one) => string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
}
