using Fast.Generators.Diagnostics;
using Fast.Generators.Model;

namespace Fast.Generators.Parsing;

/// <summary>No bit of an entry may be forgotten: what nothing claims is reported, with what to write if hardware ignores it.</summary>
internal static class AccountChecks
{
    public static IEnumerable<DiagnosticInfo> Run(FormatSpec spec, LocationInfo? place)
    {
        // Code of the format's own may give any bit a meaning.
        if (spec.Hatch != null) yield break;
        foreach (var level in spec.Levels)
        {
            foreach (var leaf in new[] { true, false })
            {
                if (leaf ? !level.CanLeaf : !level.CanTable) continue;
                var open = ~Claimed(spec, level, leaf);
                var low = leaf ? open & spec.AddressMask & ~spec.LeafAddressMask(level) : 0;
                if (low != 0) yield return DiagnosticInfo.Of(Descriptors.LowAddressBits, place, spec.Type.Name, Text(low), $"{level.Level}", $"{low:X}");
                if ((open & ~low) is var bits and not 0)
                {
                    yield return DiagnosticInfo.Of(
                        Descriptors.Unclassified, place, spec.Type.Name, Text(bits), $"{level.Level}", leaf ? "leaf" : "table", leaf ? "Leaf" : "Table", $"{bits:X}");
                }
            }
        }
    }

    /// <summary>Every bit about which the declaration says anything, also that it means something or must be zero under a condition.</summary>
    private static ulong Claimed(FormatSpec spec, LevelSpec level, bool leaf)
    {
        var claimed = BitChecks.Claims(spec, level, leaf).Aggregate(0UL, (mask, claim) => mask | claim.Mask);
        claimed |= spec.Present.Bits | level.LeafWhen.Bits | level.TableWhen.Bits | spec.Accessed;
        // The size of such a leaf stands in the bits below it.
        if (leaf && level.Contiguity is { Replicates: true }) claimed |= spec.AddressMask;
        foreach (var right in spec.Rights.Where(right => (leaf ? right.InLeaf : right.InTable) && right.AppliesTo(level.Level))) claimed |= right.Mask | right.UnlessMask;
        if (leaf && spec.Dirty is { } dirty) claimed |= dirty.Mask | dirty.Modifier;
        foreach (var reserved in spec.Reserved.Where(reserved => reserved.Level == level.Level && reserved.Leaf == leaf)) claimed |= reserved.Mask;
        foreach (var forbidden in spec.Forbidden.Where(forbidden => level.Level >= forbidden.FromLevel && level.Level <= forbidden.ToLevel && (leaf ? forbidden.InLeaf : forbidden.InTable))) claimed |= forbidden.Mask;
        return claimed;
    }

    /// <summary><c>63, 58:52</c>.</summary>
    private static string Text(ulong mask)
    {
        var parts = new List<string>();
        for (var hi = 63; hi >= 0; hi--)
        {
            if ((mask >> hi & 1) == 0) continue;
            var lo = hi;
            while (lo > 0 && (mask >> (lo - 1) & 1) != 0) lo--;
            parts.Add(lo == hi ? $"{hi}" : $"{hi}:{lo}");
            hi = lo;
        }

        return string.Join(", ", parts);
    }
}
