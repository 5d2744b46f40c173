using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>A <c>[BatchPin]</c> to <see cref="PinSpec"/>.</summary>
internal static class PinParser
{
    public static Parsed<PinSpec> Parse(INamedTypeSymbol type, AttributeData data, Location? location)
    {
        var pair = new PairParser(type, location, "pin loop", "Pin");
        var attribute = new AttributeReader(data);
        var source = pair.Format(attribute.PositionalType(0), FormatOperations.Runs, "Runs");
        var destination = pair.Format(attribute.PositionalType(1), FormatOperations.Map, "Map");
        if (source == null || destination == null) return pair.Result<PinSpec>(null);
        return pair.Result(new PinSpec(HierarchyParser.Parse(type), source, destination, pair.Here));
    }
}
