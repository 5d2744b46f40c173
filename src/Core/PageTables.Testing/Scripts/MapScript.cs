using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Fast.PageTables.Testing;

/// <summary>One step of a script: everything that it does stands in it, so that a failing script can be read and typed in.</summary>
internal sealed record MapStep(MapVerb Verb, ulong Input, ulong Bytes, ulong Output, Permissions Permissions, int LargestShift)
{
    public IovaRange Range => IovaRange.Inclusive(new Iova(Input), new Iova(Input + (Bytes - 1)));

    public override string ToString() => Verb == MapVerb.Map
        ? string.Create(CultureInfo.InvariantCulture, $"map 0x{Input:x} {BinarySize.Format(Bytes)} to 0x{Output:x} {Permissions} leaves up to 2^{LargestShift}")
        : $"{Verb} 0x{Input:x} {BinarySize.Format(Bytes)}";
}

internal enum MapVerb
{
    Map,
    Unmap,
    UnmapKeepingTables,
}

/// <summary>Scripts of maps and unmaps near the places where tables begin and end.</summary>
internal static class MapScript
{
    public static Arbitrary<MapStep[]> For(FormatFacts facts, int longest) =>
        Arb.From(Gen.Sized(size => Step(facts).ArrayOf(Math.Min(longest, 1 + size))), Shorter);

    private static IEnumerable<MapStep[]> Shorter(MapStep[] script)
    {
        for (var drop = script.Length / 2; drop > 0; drop /= 2)
            for (var at = 0; at + drop <= script.Length; at += drop) yield return [.. script[..at], .. script[(at + drop)..]];
        for (var at = 0; at < script.Length; at++)
        {
            var step = script[at];
            if (step.Bytes > 4096 << 3) yield return [.. script[..at], step with { Bytes = step.Bytes / 2 }, .. script[(at + 1)..]];
        }
    }

    private static Gen<MapStep> Step(FormatFacts facts)
    {
        var (g, m) = (Bits.Granule(facts), 1UL << facts.LastTableShift());
        var h = facts.Levels.Length > 2 ? 1UL << facts.Levels[2].Shift : m << 4;
        var (starts, bytes) = Bits.Stretches(facts);
        // Sizes between the levels: leaves of several items.
        var c = facts.Levels[0].Contiguity.Exists ? g << facts.Levels[0].Contiguity.MaxLg2 : 4 * g;
        var offsets = new[] { 0UL, c, c + g, m + c, g, 3 * g, m - g, m, m + (2 * g), (2 * m) - g, 3 * m, h - m - g, h - m, h, h + m, (2 * h) - (2 * g), 2 * h };
        var lengths = new[] { c, 2 * c, (3 * c) + g, g, 2 * g, 5 * g, m - g, m, m + g, 2 * m, (3 * m) + (2 * g), h, h + m, 2 * h };
        var skews = new[] { 0UL, 0UL, 0UL, c, g, m, h, m + g };
        var expressible = Bits.Expressible(facts);
        return
            from verb in Gen.Frequency((4, Gen.Constant(MapVerb.Map)), (2, Gen.Constant(MapVerb.Unmap)), (1, Gen.Constant(MapVerb.UnmapKeepingTables)))
            from start in Gen.Elements(starts)
            from offset in Gen.Elements(offsets)
            from length in Gen.Elements(lengths)
            from skew in Gen.Elements(skews)
            from permissions in Gen.Frequency((12, Gen.Elements(expressible.AsEnumerable())), (1, Gen.Choose(0, 31).Select(bits => (Permissions)bits)))
            from largest in Gen.Frequency((6, Gen.Constant(63)), (1, Gen.Elements(12, facts.Levels[0].Shift, facts.Levels[0].Shift + 1, facts.LastTableShift())))
            from place in Gen.Choose(0, 19)
            select Place(facts, place, new MapStep(verb, start + offset, length, (4 * h) + offset + skew, permissions, largest), start + (bytes - 1));
    }

    private static MapStep Place(FormatFacts facts, int place, MapStep step, ulong last)
    {
        var (g, m) = (Bits.Granule(facts), 1UL << facts.LastTableShift());
        // Few leaves a step: what can only be small leaves is short.
        if (step.Verb == MapVerb.Map && ((step.Output ^ step.Input) & (m - 1)) != 0 | step.LargestShift < facts.LastTableShift() && step.Bytes > 2 * m) step = step with { Bytes = m + g };
        return place switch
        {
            0 or 1 when last >= step.Bytes - 1 => step with { Input = last - (step.Bytes - 1), Output = step.Output & ~(m - 1) },
            2 => step with { Input = step.Input + (g / 2) },
            3 => step with { Output = step.Output + (g / 4), Bytes = g },
            4 when last != ulong.MaxValue => step with { Input = last - g + 1, Bytes = 2 * g },
            5 when facts.OutputBits < 64 => step with { Output = (1UL << facts.OutputBits) - g },
            _ => step,
        };
    }
}
