using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>Which scan variants this machine has, and which one is used when nobody says.</summary>
public static class ScanVariants
{
    /// <summary>AppContext switch by which a user forces a variant: <c>scalar</c>, <c>vector128</c>, <c>vector256</c> or <c>vector512</c>.</summary>
    public const string SwitchName = "Fast.PageTables.Scan";

    /// <summary>Variants that this machine runs in hardware.</summary>
    public static IEnumerable<ScanVariant> Supported => Enum.GetValues<ScanVariant>().Where(IsSupported);

    /// <summary>The switch if it is set, otherwise the widest variant of this machine.</summary>
    /// <exception cref="InvalidOperationException">The switch names no variant, or one that this machine lacks.</exception>
    public static ScanVariant Default => Choose(AppContext.GetData(SwitchName) as string);

    /// <summary>Whether this machine runs <paramref name="variant"/> in hardware.</summary>
    public static bool IsSupported(ScanVariant variant) => variant switch
    {
        ScanVariant.Scalar => true,
        ScanVariant.Vector128 => Vector128.IsHardwareAccelerated,
        ScanVariant.Vector256 => Vector256.IsHardwareAccelerated,
        ScanVariant.Vector512 => Vector512.IsHardwareAccelerated,
        _ => false,
    };

    internal static ScanVariant Choose(string? forced)
    {
        if (string.IsNullOrEmpty(forced)) return Supported.Max();
        // By name only: Enum.TryParse would also take "+1" and "scalar,vector128".
        var named = Enum.GetValues<ScanVariant>().Where(known => known.ToString().Equals(forced, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (named is not [var variant])
            throw new InvalidOperationException($"{SwitchName}='{forced}' names no scan: use scalar, vector128, vector256 or vector512");
        return IsSupported(variant)
            ? variant
            : throw new InvalidOperationException($"{SwitchName}='{forced}': this machine has no {variant}; the widest here is {Supported.Max()}");
    }
}
