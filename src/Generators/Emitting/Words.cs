using System.Globalization;
using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>How numbers, tests and fields of an entry are spelt in emitted code.</summary>
internal static class Words
{
    /// <summary><c>0x000F_FFFF_FFFF_F000</c>, or short when it is.</summary>
    public static string Hex(ulong value)
    {
        var digits = value.ToString("X", CultureInfo.InvariantCulture);
        if (digits.Length <= 4) return "0x" + digits + "UL";
        digits = digits.PadLeft((digits.Length + 3) / 4 * 4, '0');
        return "0x" + string.Join("_", Enumerable.Range(0, digits.Length / 4).Select(group => digits.Substring(group * 4, 4))) + "UL";
    }

    /// <summary>A condition on <paramref name="entry"/>: present.</summary>
    public static string IsPresent(FormatSpec spec, string entry)
    {
        var tests = new List<string>();
        if (spec.Present.Mask != 0) tests.Add(Matches(entry, spec.Present.Mask, spec.Present.Value));
        if (spec.Present.AnyOf != 0) tests.Add($"({entry} & {Hex(spec.Present.AnyOf)}) != 0");
        return tests.Count == 0 ? "true" : string.Join(" && ", tests);
    }

    /// <summary>The opposite of <see cref="IsPresent"/>.</summary>
    public static string IsAbsent(FormatSpec spec, string entry)
    {
        var tests = new List<string>();
        if (spec.Present.Mask != 0) tests.Add(Differs(entry, spec.Present.Mask, spec.Present.Value));
        if (spec.Present.AnyOf != 0) tests.Add($"({entry} & {Hex(spec.Present.AnyOf)}) == 0");
        return tests.Count == 0 ? "false" : string.Join(" || ", tests);
    }

    /// <summary>A condition on a present <paramref name="entry"/>: leaf. <see langword="null"/> when the level decides.</summary>
    public static string? IsLeaf(LevelSpec level, string entry) =>
        !level.CanLeaf || !level.CanTable ? null : Matches(entry, level.LeafMask, level.LeafValue);

    /// <summary>A condition on the input address: it is one of the format's.</summary>
    public static string IsInput(FormatSpec spec, string ia)
    {
        var spare = 64 - spec.IaBits;
        if (spare == 0) return "true";
        return spec.SignExtends ? $"(ulong)((long)({ia} << {spare}) >> {spare}) == {ia}" : $"{ia} >> {spec.IaBits} == 0";
    }

    /// <summary>Index of <paramref name="ia"/> at a level.</summary>
    public static string Index(LevelSpec level, string ia) => $"(nuint)({ia} >> {level.Shift}) & {Hex(level.IndexMask).Replace("UL", "")}";

    /// <summary>Frame of the exact page that a leaf maps for <paramref name="ia"/>.</summary>
    public static string Pfn(FormatSpec spec, LevelSpec level, string entry, string ia) => level.Shift == 12
        ? $"({entry} & {Hex(spec.LeafAddressMask(level))}) >> 12"
        : $"(({entry} & {Hex(spec.LeafAddressMask(level))}) | ({ia} & {Hex(level.OffsetMask)})) >> 12";

    /// <summary>Local variable that holds the entry of a level.</summary>
    public static string Entry(LevelSpec level) => char.ToLowerInvariant(level.Name[0]) + level.Name.Substring(1);

    /// <summary><c>1 GiB</c>.</summary>
    public static string Size(int shift)
    {
        var units = new[] { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
        return (1UL << (shift % 10)).ToString(CultureInfo.InvariantCulture) + " " + units[shift / 10];
    }

    public static int TableBytes(FormatSpec spec, LevelSpec level) => spec.EntryBytes << level.Bits;

    private static string Matches(string entry, ulong mask, ulong value) => IsBit(mask) && mask == value
        ? $"({entry} & {Hex(mask)}) != 0"
        : $"({entry} & {Hex(mask)}) == {Hex(value)}";

    private static string Differs(string entry, ulong mask, ulong value) => IsBit(mask) && mask == value
        ? $"({entry} & {Hex(mask)}) == 0"
        : $"({entry} & {Hex(mask)}) != {Hex(value)}";

    private static bool IsBit(ulong mask) => mask != 0 && (mask & (mask - 1)) == 0;
}
