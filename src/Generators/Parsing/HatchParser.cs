using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>The hatch of a format: its attributes, and what a format with one must keep to.</summary>
internal static class HatchParser
{
    public static HatchSpec? Parse(INamedTypeSymbol type, LevelSpec last)
    {
        var big = AttributeReader.Of(type, KnownNames.BigTable)
            .Select(table => last with { Name = table.Text("Name") ?? "Big" + last.Name, Shift = table.Int("Shift", 0), Bits = table.Int("Bits", 0) })
            .FirstOrDefault();
        return big != null || AttributeReader.Of(type, KnownNames.Hatch).Any() ? new HatchSpec(big) : null;
    }

    public static IEnumerable<DiagnosticInfo> Check(INamedTypeSymbol type, FormatSpec spec, LocationInfo? place)
    {
        DiagnosticInfo Bad(string what, object value, string remedy) =>
            DiagnosticInfo.Of(Descriptors.BadValue, place, spec.Type.Name, what, value.ToString(), remedy);

        if (spec.Hatch is not { } hatch) yield break;
        if (!AttributeReader.Of(type, KnownNames.Hatch).Any()) yield return Bad("[BigTable]", "without [Hatch]", "add [Hatch]: only a walk that decodes by code of its own knows dual entries");
        if (spec.Operations != FormatOperations.Walk) yield return Bad("Operations", spec.Operations, "entries that pass through a hatch can be walked only: set Operations = Operations.Walk");
        if (spec.IsNarrow) yield return Bad("EntryBytes", spec.EntryBytes, "a format with [Hatch] has entries of 8 bytes");
        if (spec.DynamicTop) yield return Bad("DynamicTop", "true", "a format with [Hatch] has a fixed root");
        if (spec.NextLevel != null) yield return Bad("[NextLevel]", "given", "in a format with [Hatch] an entry points to the next lower level");
        if (spec.Levels.Any(level => level.Contiguity != null)) yield return Bad("[Contiguity]", "given", "in a format with [Hatch] a leaf is one item");
        if (spec.AccumulatesRights) yield return Bad("[Perm] Combine", "not Leaf", "in a format with [Hatch] what tables restrict goes through HatchedEntry.Carried");
        if (hatch.Big is not { } big) yield break;
        if (spec.Levels.Count < 2) yield return Bad("[BigTable]", "given", "its entry is at level 1: declare [Level(1)]");
        else if (big.Shift <= spec.Granule || big.Bits < 1 || big.Shift + big.Bits != spec.Levels[1].Shift)
            yield return Bad("[BigTable]", $"Shift = {big.Shift}, Bits = {big.Bits}", $"it lies above the granule, {spec.Granule}, and ends where level 1 begins, at bit {spec.Levels[1].Shift}");
    }
}
