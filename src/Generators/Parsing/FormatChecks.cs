using Fast.Generators.Diagnostics;
using Fast.Generators.Model;

namespace Fast.Generators.Parsing;

/// <summary>What a declaration must satisfy before code is emitted for it.</summary>
internal static class FormatChecks
{
    public static IEnumerable<DiagnosticInfo> Run(FormatSpec spec, LocationInfo? place) =>
        Values(spec, place).Concat(NameChecks.Run(spec, place)).Concat(Geometry(spec, place)).Concat(Bits(spec, place)).Concat(Tables(spec, place)).Concat(Features(spec, place));

    private static IEnumerable<DiagnosticInfo> Values(FormatSpec spec, LocationInfo? place)
    {
        DiagnosticInfo Bad(string what, object value, string remedy) =>
            DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, what, value.ToString(), remedy);

        if (spec.EntryBytes != 8) yield return Bad("EntryBytes", spec.EntryBytes, "entries of 8 bytes are supported");
        if (spec.Granule != spec.Levels[0].Shift) yield return Bad("Granule", spec.Granule, $"it must equal Shift of level 0, which is {spec.Levels[0].Shift}");
        if (spec.Granule < 12) yield return Bad("Granule", spec.Granule, "the smallest leaf is at least 4 KiB, a shift of 12");
        if (spec.OaBitsMax <= spec.Granule || spec.OaBitsMax > 64) yield return Bad("OaBitsMax", spec.OaBitsMax, "it lies above the granule and is at most 64");
        if (spec.AddressHi > 63 || spec.AddressLo < 0 || spec.AddressHi < spec.AddressLo)
            yield return Bad("[Address]", $"{spec.AddressHi}..{spec.AddressLo}", "write the highest bit first, both within 0..63");
        else if (spec.AddressLo != spec.Granule || spec.AddressHi != spec.OaBitsMax - 1)
            yield return Bad("[Address]", $"{spec.AddressHi}..{spec.AddressLo}", $"an address in place is the bits {spec.OaBitsMax - 1}..{spec.Granule}");
        var width = spec.Levels[spec.Top].Shift + spec.Levels[spec.Top].Bits;
        if (spec.IaBits > 64 || spec.IaBits > width || spec.IaBits <= spec.Levels[spec.Top].Shift)
            yield return Bad("IaBits", spec.IaBits, $"the root indexes the bits {width - 1}..{spec.Levels[spec.Top].Shift}");
        foreach (var name in spec.Features.Concat([spec.Name]))
            if (name.Length == 0 || !name.All(character => char.IsLetterOrDigit(character) || character is '-' or '_' or '.')) yield return Bad("the name", $"'{name}'", "use letters, digits, '-', '_' and '.'");
        foreach (var right in spec.Rights)
            if (!right.Implied && right.Bit is < 0 or > 63) yield return Bad($"[Perm(Right.{right.Right})] Bit", right.Bit, "give a bit from 0 to 63, or ImpliedByPresent");
        foreach (var level in spec.Levels)
            if (level.Bits is < 1 or > 17) yield return Bad($"[Level({level.Level})] Bits", level.Bits, "a table has 2 to 131072 items: 1 to 17 bits");
        foreach (var reserved in spec.Reserved)
            if (reserved.Level < 0 || reserved.Level > spec.Top) yield return Bad("[MustBeZero] level", reserved.Level, $"the levels are 0 to {spec.Top}");
    }

    private static IEnumerable<DiagnosticInfo> Geometry(FormatSpec spec, LocationInfo? place)
    {
        for (var level = 1; level <= spec.Top; level++)
        {
            var below = spec.Levels[level - 1];
            if (spec.Levels[level].Shift != below.Shift + below.Bits)
            {
                yield return DiagnosticInfo.Of(
                    Descriptors.BadGeometry, place, spec.Type.Name, $"{level}", $"{spec.Levels[level].Shift}", $"{level - 1}", $"{below.Shift + below.Bits}");
            }

            var here = spec.Levels[level];
            if (!here.CanTable)
                yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, $"[Level({level})] CanTable", "false", "only level 0 holds nothing but leaves: set CanTable");
            else if (here.CanLeaf && (here.LeafMask == 0 || (here.LeafValue & ~here.LeafMask) != 0))
                yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, $"[Level({level})] LeafWhenMask", $"0x{here.LeafMask:X}", "it must hold the bits that tell a leaf from a table, and those of LeafWhenValue");
        }

        if (spec.Levels[0].CanTable)
            yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, "[Level(0)] CanTable", "true", "level 0 is the last table: it holds leaves only");
    }

    /// <summary>No two facts may claim the same bit of the same kind of entry.</summary>
    private static IEnumerable<DiagnosticInfo> Bits(FormatSpec spec, LocationInfo? place)
    {
        foreach (var level in spec.Levels)
        {
            foreach (var leaf in new[] { true, false })
            {
                if (leaf ? !level.CanLeaf : !level.CanTable) continue;
                var claims = Claims(spec, level, leaf).ToList();
                for (var i = 0; i < claims.Count; i++)
                {
                    for (var j = i + 1; j < claims.Count; j++)
                    {
                        var both = claims[i].Mask & claims[j].Mask;
                        if (both == 0) continue;
                        yield return DiagnosticInfo.Of(
                            Descriptors.Overlap, place, spec.Type.Name, claims[i].What, claims[j].What, $"{Lowest(both)}", $"level {level.Level} {(leaf ? "leaf" : "table")}");
                        yield break;
                    }
                }
            }
        }
    }

    private static IEnumerable<(string What, ulong Mask)> Claims(FormatSpec spec, LevelSpec level, bool leaf)
    {
        yield return ("[Address]", leaf ? spec.LeafAddressMask(level) : spec.AddressMask);
        if (level.Level > 0) yield return ("LeafWhenMask", level.LeafMask);
        // Presence may be made of permission bits (VT-d), so only bits of its own count.
        var rights = spec.Rights.Aggregate(0UL, (mask, right) => mask | right.Mask);
        yield return ("[Present]", (spec.Present.Mask | spec.Present.AnyOf) & ~rights);
        foreach (var right in spec.Rights) yield return ($"[Perm(Right.{right.Right})]", right.Mask);
        if (leaf) yield return ("[Dirty]", spec.Dirty);
        yield return ("[Accessed]", spec.Accessed);
        foreach (var reserved in spec.Reserved)
            if (reserved.Level == level.Level && reserved.Leaf == leaf && reserved.Unless == null) yield return ("[MustBeZero]", reserved.Mask & ~spec.AddressMask);
        foreach (var field in spec.Fields)
        {
            var here = level.Level >= field.FromLevel && level.Level <= field.ToLevel && field.Kind != (leaf ? "table" : "leaf");
            if (here) yield return ($"[Field(\"{field.Name}\")]", FormatSpec.Bits(field.Hi, field.Lo));
        }
    }

    private static IEnumerable<DiagnosticInfo> Tables(FormatSpec spec, LocationInfo? place)
    {
        foreach (var level in spec.Levels)
        {
            if (!level.CanTable) continue;
            var value = spec.TableValue;
            var present = (value & spec.Present.Mask) == spec.Present.Value && (spec.Present.AnyOf == 0 || (value & spec.Present.AnyOf) != 0);
            var leaf = level.LeafMask != 0 && (value & level.LeafMask) == level.LeafValue;
            if (!present || leaf)
                yield return DiagnosticInfo.Of(Descriptors.TableIsNoTable, place, spec.Type.Name, $"{value:X}", $"{level.Level}", present ? "a leaf" : "not present");
            else if ((value & spec.ReservedMask(level.Level, leaf: false)) != 0)
                yield return DiagnosticInfo.Of(Descriptors.TableIsNoTable, place, spec.Type.Name, $"{value:X}", $"{level.Level}", "an entry with a bit that must be zero");
            else if ((value & spec.AddressMask) != 0)
                yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, "[TableValue]", $"0x{value:X}", "it may not have bits of the address field");
        }
    }

    private static IEnumerable<DiagnosticInfo> Features(FormatSpec spec, LocationInfo? place)
    {
        var used = spec.Levels.Select(level => (Where: $"[Level({level.Level})] Requires", Feature: level.Requires))
            .Concat(spec.Rights.Select(right => (Where: $"[Perm(Right.{right.Right})] Requires", Feature: right.Requires)))
            .Concat(spec.Reserved.Select(reserved => (Where: $"[MustBeZero({reserved.Level})] Unless", Feature: reserved.Unless)));
        foreach (var (where, feature) in used)
        {
            if (feature != null && !spec.Features.Contains(feature))
                yield return DiagnosticInfo.Of(Descriptors.UnknownFeature, place, spec.Type.Name, where, feature);
        }
    }

    private static int Lowest(ulong mask)
    {
        var bit = 0;
        while ((mask >> bit & 1) == 0) bit++;
        return bit;
    }
}
