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
        // Such tables are walked by facts, and the facts of a format with a hatch do not suffice.
        if (first.Hatch != null && spec.MayScatter) pair.Refuse(first.Type.Name, "has a hatch, and tables that are larger than a page of stage 2", $"whose tables have at most {1 << second.Granule} bytes");
        return pair.Result(spec);
    }
}
