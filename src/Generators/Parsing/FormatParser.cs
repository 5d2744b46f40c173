using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>Attributes to <see cref="FormatSpec"/>, or to what is wrong with them.</summary>
internal static class FormatParser
{
    public static Parsed<FormatSpec> Parse(INamedTypeSymbol type, Location? location)
    {
        var problems = new List<DiagnosticInfo>();
        var place = LocationInfo.From(location);
        if (!HierarchyParser.IsPartial(type)) problems.Add(DiagnosticInfo.Of(Descriptors.NotPartial, place, type.Name));
        if (HierarchyParser.IsGeneric(type))
            problems.Add(DiagnosticInfo.Of(Descriptors.BadValue, place, type.Name, "the type", "generic", "a format is one set of facts: declare it without type parameters"));
        var spec = Read(type, place, problems);
        if (spec != null && problems.Count == 0) problems.AddRange(FormatChecks.Run(spec, place));
        return new Parsed<FormatSpec>(problems.Count == 0 ? spec : null, EquatableArray<DiagnosticInfo>.From(problems));
    }

    private static FormatSpec? Read(INamedTypeSymbol type, LocationInfo? place, List<DiagnosticInfo> problems)
    {
        var format = AttributeReader.Of(type, "PageTableFormatAttribute").First();
        var levels = AttributeReader.Of(type, KnownNames.Level).Select(ReadLevel).OrderBy(level => level.Level).ToList();
        if (levels.Count is 0 or > 6 || levels.Where((level, index) => level.Level != index).Any())
            problems.Add(DiagnosticInfo.Of(Descriptors.BadLevels, place, type.Name, string.Join(", ", levels.Select(level => level.Level))));
        if (One(type, KnownNames.Present, place, problems) is not { } present) return null;
        if (One(type, KnownNames.Address, place, problems) is not { } address) return null;
        if (One(type, KnownNames.TableValue, place, problems) is not { } table) return null;
        if (One(type, KnownNames.Perm, place, problems) is null || problems.Count != 0) return null;

        var iaBits = format.Int("IaBits", 0);
        return new FormatSpec(
            HierarchyParser.Parse(type),
            format.PositionalText(0),
            format.Int("EntryBytes", 8),
            format.Int("Granule", 12),
            format.Int("IaRule", 0) == 1,
            iaBits == 0 ? levels[levels.Count - 1].Shift + levels[levels.Count - 1].Bits : iaBits,
            format.Int("OaBitsMax", 52),
            (FormatOperations)format.Int("Operations", (int)FormatOperations.All),
            new PresentSpec(present.Mask("Mask"), present.Mask("Value"), present.Mask("AnyOf")),
            address.PositionalInt(0),
            address.PositionalInt(1),
            table.PositionalMask(0),
            EquatableArray<LevelSpec>.From(levels),
            EquatableArray<RightSpec>.From(AttributeReader.Of(type, KnownNames.Perm).Select(ReadRight)),
            SingleBit(type, KnownNames.Accessed),
            SingleBit(type, KnownNames.Dirty),
            EquatableArray<string>.From(AttributeReader.Of(type, KnownNames.Feature).Select(feature => feature.PositionalText(0))),
            EquatableArray<FieldSpec>.From(AttributeReader.Of(type, KnownNames.Field).Select(ReadField)),
            EquatableArray<ReservedSpec>.From(AttributeReader.Of(type, KnownNames.MustBeZero).SelectMany(ReadReserved)));
    }

    private static AttributeReader? One(INamedTypeSymbol type, string name, LocationInfo? place, List<DiagnosticInfo> problems)
    {
        foreach (var attribute in AttributeReader.Of(type, name)) return attribute;
        problems.Add(DiagnosticInfo.Of(Descriptors.MissingFact, place, type.Name, name.Replace("Attribute", "")));
        return null;
    }

    private static LevelSpec ReadLevel(AttributeReader attribute)
    {
        var level = attribute.PositionalInt(0);
        return new LevelSpec(
            level,
            attribute.Text("Name") ?? "L" + level,
            attribute.Int("Shift", 0),
            attribute.Int("Bits", 0),
            attribute.Bool("CanTable"),
            level == 0 || attribute.Bool("CanLeaf") || attribute.Names("LeafWhenMask"),
            attribute.Mask("LeafWhenMask"),
            attribute.Mask("LeafWhenValue"),
            attribute.Text("Requires"));
    }

    private static RightSpec ReadRight(AttributeReader attribute)
    {
        var right = new[] { "Read", "Write", "Execute", "User" }[attribute.PositionalInt(0)];
        return new RightSpec(
            right,
            attribute.Int("Bit", -1),
            attribute.Int("Polarity", 0) == 1,
            attribute.Int("Combine", 0) != 0,
            attribute.Bool("ImpliedByPresent"),
            attribute.Text("Requires"));
    }

    private static FieldSpec ReadField(AttributeReader attribute) => new(
        attribute.PositionalText(0),
        attribute.PositionalInt(1),
        attribute.PositionalInt(2),
        attribute.Int("Kind", 1) switch { 1 => "leaf", 2 => "table", _ => "any" },
        attribute.Int("FromLevel", 0),
        attribute.Int("ToLevel", 5));

    private static IEnumerable<ReservedSpec> ReadReserved(AttributeReader attribute)
    {
        var kinds = attribute.PositionalInt(1);
        if ((kinds & 1) != 0) yield return new ReservedSpec(attribute.PositionalInt(0), true, attribute.PositionalMask(2), attribute.Text("Unless"));
        if ((kinds & 2) != 0) yield return new ReservedSpec(attribute.PositionalInt(0), false, attribute.PositionalMask(2), attribute.Text("Unless"));
    }

    private static ulong SingleBit(INamedTypeSymbol type, string name)
    {
        foreach (var attribute in AttributeReader.Of(type, name)) return 1UL << attribute.PositionalInt(0);
        return 0;
    }
}
