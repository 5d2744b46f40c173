using Fast.Generators.Diagnostics;
using Fast.Generators.Model;

namespace Fast.Generators.Parsing;

/// <summary>No two facts may claim the same bit of the same kind of entry.</summary>
internal static class BitChecks
{
    public static IEnumerable<DiagnosticInfo> Overlaps(FormatSpec spec, LocationInfo? place)
    {
        foreach (var level in spec.Levels)
        {
            foreach (var leaf in new[] { true, false })
            {
                if (leaf ? !level.CanLeaf : !level.CanTable) continue;
                if (FirstOverlap(Claims(spec, level, leaf).ToList()) is not { } found) continue;
                yield return DiagnosticInfo.Of(
                    Descriptors.Overlap, place, spec.Type.Name, found.First, found.Second, $"{found.Bit}", $"level {level.Level} {(leaf ? "leaf" : "table")}");
                yield break;
            }
        }
    }

    private static (string First, string Second, int Bit)? FirstOverlap(List<(string What, ulong Mask)> claims)
    {
        for (var i = 0; i < claims.Count; i++)
        {
            for (var j = i + 1; j < claims.Count; j++)
            {
                var both = claims[i].Mask & claims[j].Mask;
                if (both != 0) return (claims[i].What, claims[j].What, Lowest(both));
            }
        }

        return null;
    }

    /// <summary>What each fact claims of an entry for itself.</summary>
    public static IEnumerable<(string What, ulong Mask)> Claims(FormatSpec spec, LevelSpec level, bool leaf)
    {
        yield return ("[Address]", leaf ? spec.LeafAddressMask(level) : spec.AddressMask);
        // Presence and kind may be made of permission bits (VT-d, RISC-V) and of each other (Arm), so only bits of their own count.
        var rights = spec.Rights.Where(right => leaf ? right.InLeaf : right.InTable).GroupBy(right => right.Field).ToList();
        var rightBits = spec.Rights.Aggregate(0UL, (mask, right) => mask | right.Mask);
        var kind = (level.LeafWhen.Bits | level.TableWhen.Bits | (spec.NextLevel?.Mask ?? 0)) & ~rightBits & ~spec.Present.Bits;
        yield return ("LeafWhen", kind);
        yield return ("[Present]", spec.Present.Bits & ~rightBits);
        foreach (var right in rights)
            if (!right.First().Implied && right.Any(one => one.AppliesTo(level.Level))) yield return ($"[Perm(Right.{right.First().Right})]", right.First().Mask);
        if (leaf && spec.Dirty is { } dirty) yield return ("[Dirty]", (dirty.Mask & ~rightBits) | dirty.Saved);
        yield return ("[Accessed]", leaf ? spec.Accessed : 0);
        if (leaf && level.Contiguity is { } contiguity) yield return ("[Contiguity]", contiguity.Flag);
        foreach (var reserved in spec.Reserved)
            if (reserved.Level == level.Level && reserved.Leaf == leaf && reserved.Unless == null) yield return ("[MustBeZero]", reserved.Mask);
        foreach (var field in spec.Fields)
        {
            var here = level.Level >= field.FromLevel && level.Level <= field.ToLevel && (leaf ? field.InLeaf : field.InTable);
            if (here) yield return ($"[Field(\"{field.Name}\")]", new FieldBits(field.Hi, field.Lo).Mask);
        }

        // The bit that saves "dirty" is software's.
        yield return ("[SoftwareBits]", leaf ? spec.SoftwareInLeaf & ~(spec.Dirty?.Saved ?? 0) : spec.SoftwareInTable);
        foreach (var ignored in spec.Ignored)
            if (level.Level >= ignored.FromLevel && level.Level <= ignored.ToLevel && (leaf ? ignored.InLeaf : ignored.InTable)) yield return ("[Ignored]", ignored.Mask);
    }

    private static int Lowest(ulong mask)
    {
        var bit = 0;
        while ((mask >> bit & 1) == 0) bit++;
        return bit;
    }
}
