using Fast.Generators.Diagnostics;
using Fast.Generators.Model;

namespace Fast.Generators.Parsing;

/// <summary>What a declaration must satisfy before code is emitted for it.</summary>
internal static class FormatChecks
{
    public static IEnumerable<DiagnosticInfo> Run(FormatSpec spec, LocationInfo? place) =>
        Values(spec, place).Concat(NameChecks.Run(spec, place)).Concat(Geometry(spec, place)).Concat(BitChecks.Overlaps(spec, place)).Concat(Empty(spec, place)).Concat(Tables(spec, place)).Concat(LeafChecks.Run(spec, place))
            .Concat(Features(spec, place)).Concat(AccountChecks.Run(spec, place));

    private static IEnumerable<DiagnosticInfo> Empty(FormatSpec spec, LocationInfo? place)
    {
        if (spec.Present.Holds(0)) yield return DiagnosticInfo.Of(Descriptors.EmptyIsPresent, place, spec.Type.Name, $"{spec.Present.Mask:X}", $"{spec.Present.Value:X}");
    }

    private static IEnumerable<DiagnosticInfo> Values(FormatSpec spec, LocationInfo? place)
    {
        DiagnosticInfo Bad(string what, object value, string remedy) =>
            DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, what, value.ToString(), remedy);

        if (spec.EntryBytes != 8) yield return Bad("EntryBytes", spec.EntryBytes, "entries of 8 bytes are supported");
        if (spec.Granule != spec.Levels[0].Shift) yield return Bad("Granule", spec.Granule, $"it must equal Shift of level 0, which is {spec.Levels[0].Shift}");
        if (spec.Granule < 12) yield return Bad("Granule", spec.Granule, "the smallest leaf is at least 4 KiB, a shift of 12");
        if (spec.OaBitsMax <= spec.Granule || spec.OaBitsMax > 64) yield return Bad("OaBitsMax", spec.OaBitsMax, "it lies above the granule and is at most 64");
        var next = spec.Segments[0].AddressLo;
        if (next > spec.Granule) yield return Bad("[Address]", $"from bit {next}", $"the lowest address bit is the granule, {spec.Granule}, or lies below it");
        foreach (var segment in spec.Segments)
        {
            if (segment.EntryHi > 63 || segment.EntryLo < 0 || segment.Width < 1)
                yield return Bad("[Address]", $"{segment.EntryHi}..{segment.EntryLo}", "write the highest bit first, both within 0..63");
            else if (segment.AddressLo != next)
                yield return Bad("[Address] AddressLo", segment.AddressLo, $"the segments below it end at address bit {next}");
            next = segment.AddressLo + segment.Width;
        }

        if (next != spec.OaBitsMax) yield return Bad("[Address]", $"up to address bit {next - 1}", $"OaBitsMax = {spec.OaBitsMax} asks for bit {spec.OaBitsMax - 1}");
        var width = Math.Min(64, spec.Levels[spec.Top].Shift + spec.Levels[spec.Top].Bits);
        if (spec.IaBits > width || spec.IaBits <= spec.Levels[spec.Top].Shift)
            yield return Bad("IaBits", spec.IaBits, $"the root indexes the bits {width - 1}..{spec.Levels[spec.Top].Shift}");
        if (spec.DynamicTop && (spec.FirstTop < 0 || spec.FirstTop > spec.Top)) yield return Bad("FirstTop", spec.FirstTop, $"the levels are 0 to {spec.Top}");
        foreach (var name in spec.Features.Concat([spec.Name]))
            if (name.Length == 0 || !name.All(character => char.IsLetterOrDigit(character) || character is '-' or '_' or '.')) yield return Bad("the name", $"'{name}'", "use letters, digits, '-', '_' and '.'");
        foreach (var right in spec.Rights)
        {
            var bad = !right.Implied && (right.Field.Lo < 0 || right.Field.Hi > 63 || right.Field.Hi < right.Field.Lo || right.Field.Hi - right.Field.Lo > 5 || right.Granting == 0);
            if (bad) yield return Bad($"[Perm(Right.{right.Right})]", $"bits {right.Field.Hi}..{right.Field.Lo}", "give Bit from 0 to 63, or Hi, Lo (at most 6 bits) and In, or ImpliedByPresent");
        }

        foreach (var level in spec.Levels)
            if (level.Bits is < 1 or > 17) yield return Bad($"[Level({level.Level})] Bits", level.Bits, "a table has 2 to 131072 items: 1 to 17 bits");
        foreach (var reserved in spec.Reserved)
            if (reserved.Level < 0 || reserved.Level > spec.Top) yield return Bad("[MustBeZero] level", reserved.Level, $"the levels are 0 to {spec.Top}");
        foreach (var level in spec.Levels)
        {
            if (level.Contiguity is not { } contiguity) continue;
            if (contiguity.MinLg2 < 1 || contiguity.MaxLg2 < contiguity.MinLg2 || contiguity.MaxLg2 >= level.Bits)
                yield return Bad($"[Contiguity({level.Level})]", $"2^{contiguity.MinLg2}..2^{contiguity.MaxLg2} items", $"a leaf takes at least 2 items and less than the table's {level.Items}");
            if (contiguity.Form == ContiguityForm.OnesRunInAddress && spec.NextLevel == null)
                yield return Bad($"[Contiguity({level.Level})]", "OnesRunInAddress", "it needs [NextLevel], whose highest value marks such a leaf");
        }
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
            var tells = here.LeafWhen.AnyOf != 0 || (here.LeafWhen.Mask != 0 && (here.LeafWhen.Value & ~here.LeafWhen.Mask) == 0);
            if (!here.CanTable)
                yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, $"[Level({level})] CanTable", "false", "only level 0 holds nothing but leaves: set CanTable");
            else if (here.CanLeaf && spec.NextLevel == null && !tells)
                yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, $"[Level({level})] LeafWhenMask", $"0x{here.LeafWhen.Mask:X}", "it must hold the bits that tell a leaf from a table, and those of LeafWhenValue");
        }

        if (spec.Levels[0].CanTable)
            yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, "[Level(0)] CanTable", "true", "level 0 is the last table: it holds leaves only");
    }

    private static IEnumerable<DiagnosticInfo> Tables(FormatSpec spec, LocationInfo? place)
    {
        foreach (var level in spec.Levels)
        {
            // A format that is only walked need not say how its entries are written.
            if (!level.CanTable || (spec.Hatch != null && level.TableValue == 0)) continue;
            var value = level.TableValue;
            var present = spec.Present.Holds(value);
            var leaf = spec.NextLevel is { } next
                ? (value & next.Mask) == 0 || (value & next.Mask) == next.Mask
                : !level.LeafWhen.IsAlways && level.LeafWhen.Holds(value);
            var table = level.TableWhen.IsAlways || level.TableWhen.Holds(value);
            if (!present || leaf || !table)
                yield return DiagnosticInfo.Of(Descriptors.TableIsNoTable, place, spec.Type.Name, $"{value:X}", $"{level.Level}", !present ? "not present" : leaf ? "a leaf" : "no table");
            else if ((value & spec.ReservedMask(level.Level, leaf: false)) != 0)
                yield return DiagnosticInfo.Of(Descriptors.TableIsNoTable, place, spec.Type.Name, $"{value:X}", $"{level.Level}", "an entry with a bit that must be zero");
            else if (spec.Forbidden.FirstOrDefault(forbidden => forbidden.AppliesTo(level.Level, leaf: false) && (value & forbidden.Mask) == forbidden.Value) is { } refused)
                yield return DiagnosticInfo.Of(Descriptors.TableIsNoTable, place, spec.Type.Name, $"{value:X}", $"{level.Level}", $"a combination that [Forbidden(0x{refused.Mask:X}, 0x{refused.Value:X})] refuses");
            else if ((value & spec.AddressMask) != 0)
                yield return DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, "[TableValue]", $"0x{value:X}", "it may not have bits of the address field");
        }
    }

    private static IEnumerable<DiagnosticInfo> Features(FormatSpec spec, LocationInfo? place)
    {
        var used = spec.Levels.Select(level => (Where: $"[Level({level.Level})] Requires", Feature: level.Requires))
            .Concat(spec.Rights.Select(right => (Where: $"[Perm(Right.{right.Right})] Requires", Feature: right.Requires)))
            .Concat(spec.Rights.Select(right => (Where: $"[Perm(Right.{right.Right})] UnlessRequires", Feature: right.UnlessRequires)))
            .Concat(spec.Forbidden.Select(forbidden => (Where: "[Forbidden] Unless", Feature: forbidden.Unless)))
            .Concat(spec.Reserved.Select(reserved => (Where: $"[MustBeZero({reserved.Level})] Unless", Feature: reserved.Unless)));
        foreach (var (where, feature) in used)
        {
            if (feature != null && !spec.Features.Contains(feature))
                yield return DiagnosticInfo.Of(Descriptors.UnknownFeature, place, spec.Type.Name, where, feature);
        }
    }
}
