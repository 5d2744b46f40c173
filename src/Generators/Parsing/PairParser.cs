using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>What the declarations of pairs have in common.</summary>
internal sealed class PairParser
{
    private readonly INamedTypeSymbol _type;
    private readonly LocationInfo? _place;
    private readonly HashSet<string> _here = new(StringComparer.Ordinal);

    public PairParser(INamedTypeSymbol type, Location? location, string what, params string[] members)
    {
        (_type, _place) = (type, LocationInfo.From(location));
        if (!HierarchyParser.IsPartial(type)) Problems.Add(DiagnosticInfo.Of(Descriptors.NotPartial, _place, type.Name));
        if (HierarchyParser.IsGeneric(type))
            Problems.Add(DiagnosticInfo.Of(Descriptors.BadValue, _place, type.Name, "the type", "generic", $"a {what} is for two formats: declare it without type parameters"));
        if (members.Contains(type.Name))
            Problems.Add(DiagnosticInfo.Of(Descriptors.BadValue, _place, type.Name, "the type's name", $"'{type.Name}'", "its emitted part has a member of that name: choose another"));
    }

    public List<DiagnosticInfo> Problems { get; } = [];

    /// <summary>Names of those formats of the pair that its own assembly declares, and so emits or not.</summary>
    public EquatableArray<string> Here => EquatableArray<string>.From(_here.OrderBy(name => name, StringComparer.Ordinal));

    /// <summary>The format that a <c>typeof</c> names, if it emits what is needed of it.</summary>
    public FormatSpec? Format(ITypeSymbol? symbol, FormatOperations needed, string neededName)
    {
        if (symbol is not INamedTypeSymbol named || !AttributeReader.Of(named, "PageTableFormatAttribute").Any())
        {
            Refuse(symbol?.Name ?? "nothing", "is not a declared format", $"whose Operations include {neededName}");
            return null;
        }

        // What is wrong with the format itself is reported where it is declared.
        if (FormatParser.Parse(named, named.Locations.FirstOrDefault()).Value is not { } spec) return null;
        if (SymbolEqualityComparer.Default.Equals(named.ContainingAssembly, _type.ContainingAssembly)) _here.Add(spec.Name);
        if (spec.Has(needed)) return spec;
        Refuse(named.Name, $"does not emit {neededName}", $"whose Operations include {neededName}");
        return null;
    }

    /// <summary>Notes that a format does not suit the pair.</summary>
    public void Refuse(string format, string why, string remedy) => Problems.Add(DiagnosticInfo.Of(Descriptors.BadPinPair, _place, _type.Name, format, why, remedy));

    public Parsed<T> Result<T>(T? value)
        where T : class, IEquatable<T> => new(Problems.Count == 0 ? value : null, EquatableArray<DiagnosticInfo>.From(Problems));
}
