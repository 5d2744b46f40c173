using System.Globalization;
using System.Numerics;

namespace Fast.Linux;

/// <summary>Reading and checking sets of the five patches.</summary>
public static class VfioPatchSet
{
    private const int PatchCount = 5;

    /// <summary>Reads <c>none</c>, <c>all</c>, <c>1,2,3</c> and <c>1..5</c> (also <c>1-5</c>).</summary>
    /// <param name="text">What was written.</param>
    /// <param name="patches">The set.</param>
    /// <param name="error">What is wrong with it and what would be right, or <see langword="null"/>.</param>
    public static bool TryParse(string text, out VfioPatches patches, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        patches = VfioPatches.None;
        error = null;
        var trimmed = text.Trim();
        if (trimmed.Equals("none", StringComparison.OrdinalIgnoreCase)) return true;
        if (trimmed.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            patches = VfioPatches.All;
            return true;
        }

        foreach (var part in trimmed.Split(','))
        {
            var bounds = part.Split(["..", "-"], StringSplitOptions.TrimEntries);
            if (bounds.Length > 2 || !TryParseNumber(bounds[0], out var first) || !TryParseNumber(bounds[^1], out var last) || last < first)
            {
                error = $"'{text}' is not a set of patches; write none, all, or numbers from 1 to {PatchCount} such as 1,2,3 or 1..5";
                patches = VfioPatches.None;
                return false;
            }

            for (var number = first; number <= last; number++) patches |= Number(number);
        }

        error = CheckClosed(patches);
        if (error is null) return true;
        patches = VfioPatches.None;
        return false;
    }

    /// <summary>Whether each patch has those it builds on: 5 needs 4 and 3, 3 needs 2.</summary>
    /// <returns>What is missing, or <see langword="null"/>.</returns>
    public static string? CheckClosed(VfioPatches patches)
    {
        if ((patches & ~VfioPatches.All) != 0) return $"there are {PatchCount} patches, from 1 to {PatchCount}";
        return Missing(patches, 5, 4) ?? Missing(patches, 5, 3) ?? Missing(patches, 3, 2);
    }

    /// <summary>Adds patches to the kernel they were written for.</summary>
    /// <param name="choice">The kernel.</param>
    /// <param name="patches">A closed set.</param>
    /// <param name="profile">The kernel's profile with the patches.</param>
    /// <param name="error">Why they cannot be added, or <see langword="null"/>.</param>
    public static bool TryApply(KernelChoice choice, VfioPatches patches, out KernelProfile profile, out string? error)
    {
        ArgumentNullException.ThrowIfNull(choice);
        profile = choice.Profile;
        error = CheckClosed(patches);
        if (error is null && patches != VfioPatches.None && !ReferenceEquals(profile, KernelProfiles.Linux612))
        {
            error = profile.Has(VfioPatches.All)
                ? $"Linux {choice.Version} has all five patches already; they are switches on Linux 6.12"
                : $"the patches are switches on Linux 6.12, not on {choice.Version}";
        }

        if (error is not null) return false;
        if (patches != VfioPatches.None) profile = profile with { Patches = profile.Patches | patches };
        return true;
    }

    /// <summary>The numbers of a set: <c>none</c> or <c>1,2,3</c>.</summary>
    public static string Format(VfioPatches patches)
    {
        if (patches == VfioPatches.None) return "none";
        var numbers = new List<string>();
        for (var rest = (uint)patches; rest != 0; rest &= rest - 1)
            numbers.Add((BitOperations.TrailingZeroCount(rest) + 1).ToString(CultureInfo.InvariantCulture));
        return string.Join(',', numbers);
    }

    private static VfioPatches Number(int number) => (VfioPatches)(1 << (number - 1));

    private static string? Missing(VfioPatches patches, int number, int needs) =>
        (patches & Number(number)) != 0 && (patches & Number(needs)) == 0 ? $"patch {number} builds on patch {needs}: add {needs} or leave {number} out" : null;

    private static bool TryParseNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= PatchCount;
}
