using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>One attribute of a declaration, read by argument name.</summary>
internal readonly struct AttributeReader(AttributeData data)
{
    public static IEnumerable<AttributeReader> Of(ISymbol symbol, string name) => symbol.GetAttributes()
        .Where(attribute => attribute.AttributeClass is { } type
            && type.Name == name
            && type.ContainingNamespace.ToDisplayString() == KnownNames.Namespace)
        .Select(attribute => new AttributeReader(attribute));

    public int PositionalInt(int index) => Convert.ToInt32(Positional(index).Value);

    public ulong PositionalMask(int index) => Positional(index).Value is { } value ? Convert.ToUInt64(value) : 0;

    public string PositionalText(int index) => Positional(index).Value as string ?? "";

    public string PositionalEnum(int index) => EnumName(Positional(index));

    public ITypeSymbol? PositionalType(int index) => Positional(index).Value as ITypeSymbol;

    public bool Names(string name) => data.NamedArguments.Any(argument => argument.Key == name);

    public int Int(string name, int otherwise) => Find(name) is { } value ? Convert.ToInt32(value) : otherwise;

    public ulong Mask(string name) => Find(name) is { } value ? Convert.ToUInt64(value) : 0;

    public bool Bool(string name) => Find(name) is true;

    public string? Text(string name) => Find(name) as string;

    public string Enum(string name, string otherwise)
    {
        foreach (var argument in data.NamedArguments)
            if (argument.Key == name) return EnumName(argument.Value);
        return otherwise;
    }

    /// <summary>A match of three properties with a common prefix.</summary>
    public MatchSpec Match(string prefix) => new(Mask(prefix + "Mask"), Mask(prefix + "Value"), Mask(prefix + "AnyOf"));

    /// <summary>The bit of a property, as a mask; 0 when it is not given.</summary>
    public ulong BitMask(string name) => Int(name, -1) is var bit and >= 0 ? 1UL << bit : 0;

    // While it is being typed an attribute may lack an argument; the compiler says so.
    private TypedConstant Positional(int index) => index < data.ConstructorArguments.Length ? data.ConstructorArguments[index] : default;

    // Enum members by name, so that the generator need not mirror their numbers.
    private static string EnumName(TypedConstant constant) => constant.Type is INamedTypeSymbol type
        ? type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, constant.Value))?.Name ?? ""
        : "";

    private object? Find(string name)
    {
        foreach (var argument in data.NamedArguments)
            if (argument.Key == name) return argument.Value.Value;
        return null;
    }
}
