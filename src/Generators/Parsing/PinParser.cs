using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>A <c>[BatchPin]</c> to <see cref="PinSpec"/>.</summary>
internal static class PinParser
{
    public static Parsed<PinSpec> Parse(INamedTypeSymbol type, AttributeData data, Location? location)
    {
        var problems = new List<DiagnosticInfo>();
        var place = LocationInfo.From(location);
        if (!HierarchyParser.IsPartial(type)) problems.Add(DiagnosticInfo.Of(Descriptors.NotPartial, place, type.Name));
        var attribute = new AttributeReader(data);
        if (HierarchyParser.IsGeneric(type))
            problems.Add(DiagnosticInfo.Of(Descriptors.BadValue, place, type.Name, "the type", "generic", "a pin loop is for two formats: declare it without type parameters"));
        if (type.Name == "Pin")
            problems.Add(DiagnosticInfo.Of(Descriptors.BadValue, place, type.Name, "the type's name", "'Pin'", "its emitted part has a member of that name: choose another"));
        var source = Format(attribute.PositionalType(0), FormatOperations.Runs, "Runs");
        var destination = Format(attribute.PositionalType(1), FormatOperations.Map, "Map");
        if (source != null && destination != null && destination.Granule > source.Granule)
        {
            problems.Add(DiagnosticInfo.Of(
                Descriptors.BadPinPair, place, type.Name, destination.Type.Name, "has larger smallest leaves than its source", $"whose Granule is at most {source.Granule}"));
        }

        var pin = source != null && destination != null && problems.Count == 0
            ? new PinSpec(HierarchyParser.Parse(type), source, destination)
            : null;
        return new Parsed<PinSpec>(pin, EquatableArray<DiagnosticInfo>.From(problems));

        FormatSpec? Format(ITypeSymbol? symbol, FormatOperations needed, string neededName)
        {
            if (symbol is not INamedTypeSymbol named || !AttributeReader.Of(named, "PageTableFormatAttribute").Any())
            {
                problems.Add(DiagnosticInfo.Of(Descriptors.BadPinPair, place, type.Name, symbol?.Name ?? "nothing", "is not a declared format", $"whose Operations include {neededName}"));
                return null;
            }

            // What is wrong with the format itself is reported where it is declared.
            if (FormatParser.Parse(named, named.Locations.FirstOrDefault()).Value is not { } spec) return null;
            if (spec.Has(needed)) return spec;
            problems.Add(DiagnosticInfo.Of(Descriptors.BadPinPair, place, type.Name, named.Name, $"does not emit {neededName}", $"whose Operations include {neededName}"));
            return null;
        }
    }
}
