using System.Globalization;
using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>How numbers and tests of an entry are spelt in emitted code.</summary>
internal static class Words
{
    /// <summary><c>0x000F_FFFF_FFFF_F000UL</c>, or short when it is.</summary>
    public static string Hex(ulong value)
    {
        var digits = value.ToString("X", CultureInfo.InvariantCulture);
        if (digits.Length <= 4) return "0x" + digits + "UL";
        digits = digits.PadLeft((digits.Length + 3) / 4 * 4, '0');
        return "0x" + string.Join("_", Enumerable.Range(0, digits.Length / 4).Select(group => digits.Substring(group * 4, 4))) + "UL";
    }

    /// <summary>A condition on <paramref name="entry"/>: present.</summary>
    public static string IsPresent(FormatSpec spec, string entry) => Matches(spec.Present, entry);

    /// <summary>The same, in brackets where more follows.</summary>
    public static string IsPresent(FormatSpec spec, string entry, bool bracket) => bracket ? $"({IsPresent(spec, entry)})" : IsPresent(spec, entry);

    /// <summary>The opposite of <see cref="IsPresent"/>.</summary>
    public static string IsAbsent(FormatSpec spec, string entry) => Differs(spec.Present, entry);

    /// <summary>A condition on a present <paramref name="entry"/> of a trusted table: leaf. <see langword="null"/> when the level decides.</summary>
    public static string? IsLeaf(FormatSpec spec, LevelSpec level, string entry) =>
        !level.CanLeaf || !level.CanTable ? null : LeafTest(spec, level, entry);

    /// <summary>A condition on a present <paramref name="entry"/>: leaf.</summary>
    public static string LeafTest(FormatSpec spec, LevelSpec level, string entry) => spec.NextLevel is { } next
        ? $"({entry} >> {next.Lo} & {Hex(next.ValueMask).Replace("UL", "")}) is 0 or {next.ValueMask}"
        : Matches(level.LeafWhen, entry);

    /// <summary>A condition on an <paramref name="entry"/> that is no leaf: it names the next lower level (<c>==</c>), or it does not (<c>!=</c>).</summary>
    public static string Links(FormatSpec spec, LevelSpec level, string entry, string comparison) =>
        $"({entry} >> {spec.NextLevel!.Lo} & {Hex(spec.NextLevel.ValueMask).Replace("UL", "")}) {comparison} {level.Level}";

    public static string Matches(MatchSpec match, string entry)
    {
        var tests = new List<string>();
        if (match.Mask != 0) tests.Add(IsBit(match.Mask) && match.Mask == match.Value ? $"({entry} & {Hex(match.Mask)}) != 0" : $"({entry} & {Hex(match.Mask)}) == {Hex(match.Value)}");
        if (match.AnyOf != 0) tests.Add($"({entry} & {Hex(match.AnyOf)}) != 0");
        return tests.Count == 0 ? "true" : string.Join(" && ", tests);
    }

    public static string Differs(MatchSpec match, string entry)
    {
        var tests = new List<string>();
        if (match.Mask != 0) tests.Add(IsBit(match.Mask) && match.Mask == match.Value ? $"({entry} & {Hex(match.Mask)}) == 0" : $"({entry} & {Hex(match.Mask)}) != {Hex(match.Value)}");
        if (match.AnyOf != 0) tests.Add($"({entry} & {Hex(match.AnyOf)}) == 0");
        return tests.Count == 0 ? "false" : string.Join(" || ", tests);
    }

    /// <summary>A condition on the input address that ends a walk: it is none of the format's. <see langword="null"/> when every address is one.</summary>
    public static string? IsNoInput(FormatSpec spec, string ia)
    {
        var spare = 64 - spec.IaBits;
        if (spare == 0) return null;
        return spec.SignExtends ? $"(ulong)((long)({ia} << {spare}) >> {spare}) != {ia}" : $"{ia} >> {spec.IaBits} != 0";
    }

    /// <summary>Index of <paramref name="ia"/> at a level.</summary>
    public static string Index(LevelSpec level, string ia) => $"(nuint)({ia} >> {level.Shift}) & {Hex(level.IndexMask).Replace("UL", "")}";

    /// <summary>Local variable that holds the entry of a level.</summary>
    public static string Entry(LevelSpec level) => char.ToLowerInvariant(level.Name[0]) + level.Name.Substring(1);

    /// <summary><c>1 GiB</c>.</summary>
    public static string Size(int shift)
    {
        var units = new[] { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
        return (1UL << (shift % 10)).ToString(CultureInfo.InvariantCulture) + " " + units[shift / 10];
    }

    public static int TableBytes(FormatSpec spec, LevelSpec level) => spec.EntryBytes << level.Bits;

    /// <summary>Number of input-address bits that tables up to <paramref name="level"/> translate.</summary>
    public static int Width(LevelSpec level) => Math.Min(64, level.Shift + level.Bits);

    private static bool IsBit(ulong mask) => mask != 0 && (mask & (mask - 1)) == 0;
}
