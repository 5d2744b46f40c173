using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>A <c>[TwoStage]</c> to <see cref="TwoStageSpec"/>.</summary>
internal static class TwoStageParser
{
    public static Parsed<TwoStageSpec> Parse(INamedTypeSymbol type, AttributeData data, Location? location)
    {
        var pair = new PairParser(type, location, "two-stage walk", "Walk", "TryFollow", "ItemAt", "Both");
        var attribute = new AttributeReader(data);
        var first = pair.Format(attribute.PositionalType(0), FormatOperations.Walk, "Walk");
        var second = pair.Format(attribute.PositionalType(1), FormatOperations.Walk, "Walk");
        if (first == null || second == null) return pair.Result<TwoStageSpec>(null);
        var spec = new TwoStageSpec(HierarchyParser.Parse(type), first, second, pair.Here);
        return pair.Result(spec);
    }
}
