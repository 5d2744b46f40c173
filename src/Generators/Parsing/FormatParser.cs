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
        problems.AddRange(BitRangeChecks.Run(type, place));
        var spec = Read(type, place, problems);
        if (spec != null && problems.Count == 0) problems.AddRange(FormatChecks.Run(spec, place).Concat(HatchParser.Check(type, spec, place)));
        return new Parsed<FormatSpec>(problems.All(problem => problem.IsWarning) ? spec : null, EquatableArray<DiagnosticInfo>.From(problems));
    }

    private static FormatSpec? Read(INamedTypeSymbol type, LocationInfo? place, List<DiagnosticInfo> problems)
    {
        var format = AttributeReader.Of(type, "PageTableFormatAttribute").First();
        var nextLevel = AttributeReader.Of(type, KnownNames.NextLevel).Select(next => new FieldBits(next.PositionalInt(0), next.PositionalInt(1))).FirstOrDefault();
        var levels = LevelParser.Parse(type, nextLevel);
        if (levels.Count is 0 or > 6 || levels.Where((level, index) => level.Level != index).Any())
            problems.Add(DiagnosticInfo.Of(Descriptors.BadLevels, place, type.Name, string.Join(", ", levels.Select(level => level.Level))));
        if (One(type, KnownNames.Present, place, problems) is not { } present) return null;
        if (One(type, KnownNames.Address, place, problems) is null) return null;
        // What only a writer needs, and what a hatch may decide by itself.
        var hatched = AttributeReader.Of(type, KnownNames.Hatch).Concat(AttributeReader.Of(type, KnownNames.BigTable)).Any();
        if (!hatched && One(type, KnownNames.TableValue, place, problems) is null) return null;
        if (!hatched && One(type, KnownNames.Perm, place, problems) is null) return null;
        if (problems.Count != 0) return null;

        var iaBits = format.Int("IaBits", 0);
        var top = levels[levels.Count - 1];
        return new FormatSpec(
            HierarchyParser.Parse(type),
            format.PositionalText(0),
            format.Int("EntryBytes", 8),
            format.Int("Granule", 12),
            format.Enum("IaRule", "ZeroExtend") == "SignExtend",
            iaBits == 0 ? Math.Min(64, top.Shift + top.Bits) : iaBits,
            format.Int("OaBitsMax", 52),
            format.Bool("DynamicTop"),
            format.Bool("DynamicTop") ? format.Int("FirstTop", 0) : levels.Count - 1,
            format.Enum("KindFault", "Reserved"),
            format.Enum("ReservedFault", "Reserved"),
            (FormatOperations)format.Int("Operations", (int)FormatOperations.All),
            present.Match(""),
            nextLevel,
            AttributeReader.Of(type, KnownNames.Accessed).Select(accessed => 1UL << accessed.PositionalInt(0)).FirstOrDefault(),
            AttributeReader.Of(type, KnownNames.Dirty).Select(ReadDirty).FirstOrDefault(),
            SoftwareBits(type, kind: 1),
            EquatableArray<SegmentSpec>.From(AttributeReader.Of(type, KnownNames.Address).Select(ReadSegment).OrderBy(segment => segment.AddressLo)),
            EquatableArray<LevelSpec>.From(levels),
            EquatableArray<RightSpec>.From(RightParser.Parse(type)),
            EquatableArray<ForbiddenSpec>.From(AttributeReader.Of(type, KnownNames.Forbidden).Select(ReadForbidden)),
            EquatableArray<ReservedSpec>.From(AttributeReader.Of(type, KnownNames.MustBeZero).SelectMany(ReadReserved)),
            EquatableArray<FieldSpec>.From(AttributeReader.Of(type, KnownNames.Field).Select(ReadField)),
            EquatableArray<string>.From(AttributeReader.Of(type, KnownNames.Feature).Select(feature => feature.PositionalText(0))))
        {
            SoftwareInTable = SoftwareBits(type, kind: 2),
            Ignored = EquatableArray<IgnoredSpec>.From(AttributeReader.Of(type, KnownNames.Ignored).Select(ReadIgnored)),
            Hatch = HatchParser.Parse(type, levels[0]),
        };
    }

    private static AttributeReader? One(INamedTypeSymbol type, string name, LocationInfo? place, List<DiagnosticInfo> problems)
    {
        foreach (var attribute in AttributeReader.Of(type, name)) return attribute;
        problems.Add(DiagnosticInfo.Of(Descriptors.MissingFact, place, type.Name, name.Replace("Attribute", "")));
        return null;
    }

    private static ulong SoftwareBits(INamedTypeSymbol type, int kind) => AttributeReader.Of(type, KnownNames.SoftwareBits)
        .Where(software => (software.PositionalInt(0) & kind) != 0)
        .Aggregate(0UL, (mask, software) => mask | software.PositionalMask(1));

    private static IgnoredSpec ReadIgnored(AttributeReader attribute)
    {
        var kinds = attribute.PositionalInt(0);
        return new IgnoredSpec((kinds & 1) != 0, (kinds & 2) != 0, attribute.PositionalMask(1), attribute.Int("FromLevel", 0), attribute.Int("ToLevel", 5));
    }

    private static SegmentSpec ReadSegment(AttributeReader attribute)
    {
        var addressLo = attribute.Int("AddressLo", -1);
        return new SegmentSpec(attribute.PositionalInt(0), attribute.PositionalInt(1), addressLo < 0 ? attribute.PositionalInt(1) : addressLo);
    }

    private static DirtySpec ReadDirty(AttributeReader attribute) =>
        new(1UL << attribute.PositionalInt(0), attribute.BitMask("ModifierBit"), attribute.Bool("DirtyWhenClear"), attribute.BitMask("SavedBit"));

    private static FieldSpec ReadField(AttributeReader attribute)
    {
        var kinds = attribute.Int("Kind", 1);
        return new FieldSpec(
            attribute.PositionalText(0), attribute.PositionalInt(1), attribute.PositionalInt(2), (kinds & 1) != 0, (kinds & 2) != 0, attribute.Int("FromLevel", 0), attribute.Int("ToLevel", 5));
    }

    private static ForbiddenSpec ReadForbidden(AttributeReader attribute)
    {
        var kinds = attribute.Int("Kind", 3);
        return new ForbiddenSpec(
            attribute.PositionalMask(0),
            attribute.PositionalMask(1),
            attribute.PositionalEnum(2),
            (kinds & 1) != 0,
            (kinds & 2) != 0,
            attribute.Int("FromLevel", 0),
            attribute.Int("ToLevel", 5),
            attribute.Text("Unless"));
    }

    private static IEnumerable<ReservedSpec> ReadReserved(AttributeReader attribute)
    {
        var kinds = attribute.PositionalInt(1);
        if ((kinds & 1) != 0) yield return new ReservedSpec(attribute.PositionalInt(0), true, attribute.PositionalMask(2), attribute.Text("Unless"));
        if ((kinds & 2) != 0) yield return new ReservedSpec(attribute.PositionalInt(0), false, attribute.PositionalMask(2), attribute.Text("Unless"));
    }
}
