using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>Permissions and table restrictions, in one form: a field, the values that grant, and where it stands.</summary>
internal static class RightParser
{
    private const int AllLevels = 5;
    private const ulong WhenSet = 0b10;
    private const ulong WhenClear = 0b01;

    public static IEnumerable<RightSpec> Parse(INamedTypeSymbol type) => AttributeReader.Of(type, KnownNames.Perm).Select(Perm)
        .Concat(AttributeReader.Of(type, KnownNames.TableRestrict).Select(Restrict));

    private static RightSpec Perm(AttributeReader attribute)
    {
        var bit = attribute.Int("Bit", -1);
        var hi = attribute.Int("Hi", bit);
        var granting = hi != bit ? attribute.Mask("In") : attribute.Enum("Polarity", "Allow") == "Deny" ? WhenClear : WhenSet;
        return new RightSpec(
            attribute.PositionalEnum(0),
            new FieldBits(hi, attribute.Int("Lo", bit)),
            granting,
            attribute.Bool("ImpliedByPresent"),
            InLeaf: true,
            InTable: attribute.Enum("Combine", "Leaf") != "Leaf",
            attribute.Int("FromLevel", 0),
            attribute.Int("ToLevel", AllLevels),
            attribute.BitMask("UnlessBit"),
            attribute.Text("UnlessRequires"),
            attribute.Text("Requires"));
    }

    private static RightSpec Restrict(AttributeReader attribute)
    {
        var bit = attribute.PositionalInt(1);
        return new RightSpec(
            attribute.PositionalEnum(0), new FieldBits(bit, bit), WhenClear, Implied: false, InLeaf: false, InTable: true, 0, AllLevels, 0, null, null);
    }
}
