using Fast.Generators.Diagnostics;
using Fast.Generators.Model;

namespace Fast.Generators.Parsing;

/// <summary>Leaves: that what is written reads as one, that every right has its bit, that their sizes are such.</summary>
internal static class LeafChecks
{
    public static IEnumerable<DiagnosticInfo> Run(FormatSpec spec, LocationInfo? place) => Sizes(spec, place).Concat(Rights(spec, place)).Concat(Values(spec, place));

    private static IEnumerable<DiagnosticInfo> Sizes(FormatSpec spec, LocationInfo? place)
    {
        foreach (var level in spec.Levels)
        {
            DiagnosticInfo Bad(string what, string remedy) => DiagnosticInfo.Of(Descriptors.BadLeafSize, place, spec.Type.Name, $"{level.Level}", what, remedy);

            if (level.CanLeaf && level.Shift >= spec.OaBitsMax)
                yield return Bad($"has leaves of 2^{level.Shift} bytes, more than OaBitsMax = {spec.OaBitsMax} addresses", "raise OaBitsMax, or take the leaf test from the level");
            if (level.Contiguity is not { } contiguity) continue;
            if (!level.CanLeaf) yield return Bad("has [Contiguity] but no leaves", "remove it, or say by LeafWhen what a leaf is");
            var largest = level.Shift + contiguity.MaxLg2;
            if (largest > spec.OaBitsMax) yield return Bad($"has leaves of 2^{largest} bytes by [Contiguity], more than OaBitsMax = {spec.OaBitsMax} addresses", "lower MaxLg2");
            var except = contiguity.ExceptShift - level.Shift;
            if (contiguity.ExceptShift != 0 && except != 0 && (except < contiguity.MinLg2 || except > contiguity.MaxLg2))
                yield return Bad($"excepts leaves of 2^{contiguity.ExceptShift} bytes, which it does not have", $"its sizes are 2^{level.Shift} and 2^{level.Shift + contiguity.MinLg2} to 2^{largest}: correct ExceptShift or remove it");
        }
    }

    private static IEnumerable<DiagnosticInfo> Rights(FormatSpec spec, LocationInfo? place)
    {
        // Code of the format's own may find the right elsewhere.
        if (spec.Hatch != null) yield break;
        foreach (var right in spec.Rights.Where(right => right.InLeaf).GroupBy(right => right.Right))
            foreach (var level in spec.Levels.Where(level => level.CanLeaf))
                if (!right.Any(one => one.Implied || one.AppliesTo(level.Level)))
                    yield return DiagnosticInfo.Of(Descriptors.RightWithoutBit, place, spec.Type.Name, right.Key, $"{level.Level}");
    }

    private static IEnumerable<DiagnosticInfo> Values(FormatSpec spec, LocationInfo? place)
    {
        if (!spec.Has(FormatOperations.Map)) yield break;
        foreach (var level in spec.Levels.Where(level => level.CanLeaf))
        {
            var word = level.LeafValue | MostGenerous(spec, level);
            var wrong = !spec.Present.Holds(word) ? "not present"
                : spec.NextLevel == null && !level.LeafWhen.IsAlways && !level.LeafWhen.Holds(word) ? "no leaf"
                : spec.NextLevel is { } next && (word & next.Mask) != 0 ? "an entry that points to a table"
                : (word & spec.ReservedMask(level.Level, leaf: true)) != 0 ? "an entry with a bit that must be zero"
                : (level.LeafValue & spec.LeafAddressMask(level)) != 0 ? "one with bits of the address field"
                : null;
            if (wrong != null) yield return DiagnosticInfo.Of(Descriptors.LeafIsNoLeaf, place, spec.Type.Name, $"{level.Level}", $"{word:X}", wrong);
        }
    }

    /// <summary>The bits of presence, and those of a leaf that allows most.</summary>
    private static ulong MostGenerous(FormatSpec spec, LevelSpec level)
    {
        var bits = spec.Present.Value;
        foreach (var field in spec.Rights.Where(right => right.InLeaf && !right.Implied && right.AppliesTo(level.Level)).GroupBy(right => right.Field))
        {
            var (most, best) = (-1, 0UL);
            for (var value = 0UL; value <= Math.Min(63, field.Key.ValueMask); value++)
            {
                var granted = field.Count(right => (right.Granting >> (int)value & 1) != 0);
                if (granted > most) (most, best) = (granted, value);
            }

            bits |= best << field.Key.Lo;
        }

        return bits;
    }
}
