using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Fast.PageTables.Testing;

internal enum ChangeVerb
{
    Map,
    Unmap,
    Protect,
    Split,
    Collapse,
    Read,
    Write,
    HarvestDirty,
    ClearDirty,
    HarvestAccessed,
    ClearAccessed,
}

/// <summary>One step of a script; all that it does stands in it.</summary>
internal sealed record ChangeStep(ChangeVerb Verb, ulong Input, ulong Bytes, ulong Skew, Permissions Permissions, int Shift, int Room)
{
    public IovaRange Range => IovaRange.Of(new Iova(Input), Bytes);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Verb} 0x{Input:x} {BinarySize.Format(Bytes)} skew 0x{Skew:x} {Permissions} 2^{Shift} room {Room}");
}

/// <summary>Scripts over a few blocks around the bounds of tables.</summary>
internal static class ChangeScript
{
    public static Arbitrary<ChangeStep[]> For(FormatFacts facts, IReadOnlyList<(int Weight, ChangeVerb Verb)> verbs, int[] shifts, Permissions[] expressible, int longest) =>
        Arb.From(Gen.Sized(size => Step(facts, verbs, shifts, expressible).ArrayOf(Math.Min(longest, 4 + size))), Shorter);

    private static IEnumerable<ChangeStep[]> Shorter(ChangeStep[] script)
    {
        for (var drop = script.Length / 2; drop > 0; drop /= 2)
            for (var at = 0; at + drop <= script.Length; at += drop) yield return [.. script[..at], .. script[(at + drop)..]];
    }

    private static Gen<ChangeStep> Step(FormatFacts facts, IReadOnlyList<(int Weight, ChangeVerb Verb)> verbs, int[] shifts, Permissions[] expressible)
    {
        var (g, m) = (1UL << facts.Levels[0].Shift, 1UL << facts.LastTableShift());
        var large = facts.TopLevel > 1 && facts.Levels[2].CanLeaf ? 1UL << facts.Levels[2].Shift : 4 * m;
        var sizes = shifts.Select(shift => 1UL << shift).Where(size => size <= large).ToArray();
        var offsets = sizes.Concat(new[] { 0UL, 3 * g, m - g, m + (2 * g), 2 * m, large - m, large + m }).Select(offset => offset % (large + (2 * m))).ToArray();
        var lengths = sizes.Concat(new[] { g, 2 * g, m - g, m, 2 * m, large }).ToArray();
        var start = facts.SignExtends ? ~0UL << (facts.InputBits - 1) : 1UL << (facts.InputBits - 1);
        return
            from verb in Gen.Frequency([.. verbs.Select(verb => (verb.Weight, Gen.Constant(verb.Verb)))])
            from high in Gen.Elements(false, false, true)
            from offset in Gen.Elements(offsets)
            from length in Gen.Elements(lengths)
            from skew in Gen.Frequency((8, Gen.Constant(0UL)), (1, Gen.Constant(g)), (1, Gen.Constant(m)))
            from permissions in Gen.Frequency((9, Gen.Elements(expressible)), (1, Gen.Choose(0, 31).Select(bits => (Permissions)bits)))
            from shift in Gen.Frequency((9, Gen.Elements(shifts)), (1, Gen.Elements(facts.Levels[0].Shift + 1, 39, 30)))
            from room in Gen.Choose(1, 3)
            select new ChangeStep(verb, (high ? start : 0) + offset, skew != 0 && verb == ChangeVerb.Map ? Math.Min(length, 2 * m) : length, skew, permissions, shift, room);
    }
}
