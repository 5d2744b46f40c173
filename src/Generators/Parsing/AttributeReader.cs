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

    public Location? Location => data.ApplicationSyntaxReference is { } reference
        ? Microsoft.CodeAnalysis.Location.Create(reference.SyntaxTree, reference.Span)
        : null;

    public int PositionalInt(int index) => Convert.ToInt32(data.ConstructorArguments[index].Value);

    public ulong PositionalMask(int index) => data.ConstructorArguments[index].Value is { } value ? Convert.ToUInt64(value) : 0;

    public string PositionalText(int index) => data.ConstructorArguments[index].Value as string ?? "";

    public ITypeSymbol? PositionalType(int index) => data.ConstructorArguments[index].Value as ITypeSymbol;

    public bool Names(string name) => data.NamedArguments.Any(argument => argument.Key == name);

    public int Int(string name, int otherwise) => Find(name) is { } value ? Convert.ToInt32(value) : otherwise;

    public ulong Mask(string name) => Find(name) is { } value ? Convert.ToUInt64(value) : 0;

    public bool Bool(string name) => Find(name) is true;

    public string? Text(string name) => Find(name) as string;

    private object? Find(string name)
    {
        foreach (var argument in data.NamedArguments)
            if (argument.Key == name) return argument.Value.Value;
        return null;
    }
}
