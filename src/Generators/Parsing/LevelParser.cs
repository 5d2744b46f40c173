using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>Levels, each with what other attributes say of it.</summary>
internal static class LevelParser
{
    public static List<LevelSpec> Parse(INamedTypeSymbol type, FieldBits? nextLevel)
    {
        var contiguity = AttributeReader.Of(type, KnownNames.Contiguity).ToList();
        var tableValues = AttributeReader.Of(type, KnownNames.TableValue).ToList();
        var leafValues = AttributeReader.Of(type, KnownNames.LeafValue).ToList();
        return AttributeReader.Of(type, KnownNames.Level)
            .Select(attribute => Level(attribute, contiguity, tableValues, leafValues, nextLevel))
            .OrderBy(level => level.Level)
            .ToList();
    }

    private static LevelSpec Level(AttributeReader attribute, List<AttributeReader> contiguity, List<AttributeReader> tableValues, List<AttributeReader> leafValues, FieldBits? nextLevel)
    {
        var level = attribute.PositionalInt(0);
        var leafWhen = attribute.Match("LeafWhen");
        return new LevelSpec(
            level,
            attribute.Text("Name") ?? "L" + level,
            attribute.Int("Shift", 0),
            attribute.Int("Bits", 0),
            attribute.Bool("CanTable"),
            level == 0 || attribute.Bool("CanLeaf") || !leafWhen.IsAlways,
            leafWhen,
            attribute.Match("TableWhen"),
            leafWhen.Value | ValueFor(leafValues, level),
            // A table of level n - 1 is of mode n; the entry says so where the format has a field for it.
            ValueFor(tableValues, level) | (nextLevel == null ? 0 : (ulong)level << nextLevel.Lo),
            attribute.Text("Requires"),
            contiguity.Where(one => one.PositionalInt(0) == level).Select(Contiguity).FirstOrDefault());
    }

    private static ulong ValueFor(List<AttributeReader> values, int level) => values
        .Where(value => level >= value.Int("FromLevel", 0) && level <= value.Int("ToLevel", int.MaxValue))
        .Aggregate(0UL, (bits, value) => bits | value.PositionalMask(0));

    private static ContiguitySpec Contiguity(AttributeReader attribute)
    {
        var form = attribute.PositionalEnum(1) switch
        {
            "HintBit" => ContiguityForm.HintBit,
            "OnesRunInAddress" => ContiguityForm.OnesRunInAddress,
            _ => ContiguityForm.OneHotInAddress,
        };
        return new ContiguitySpec(form, attribute.Mask("Flag"), attribute.Int("MinLg2", 1), attribute.Int("MaxLg2", 1), attribute.Int("ExceptShift", 0));
    }
}
