using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fast.Generators.Parsing;

/// <summary>Bit numbers as they are declared: once they are masks, bit 64 would be bit 0.</summary>
internal static class BitRangeChecks
{
    public static IEnumerable<DiagnosticInfo> Run(INamedTypeSymbol type, LocationInfo? place)
    {
        foreach (var (what, bits) in Fields(type))
        {
            if (bits.Hi is >= 0 and <= 63 && bits.Lo >= 0 && bits.Lo <= bits.Hi) continue;
            var found = bits.Hi == bits.Lo ? $"bit {bits.Hi}" : $"bits {bits.Hi}..{bits.Lo}";
            yield return DiagnosticInfo.Of(Descriptors.BadValue, place, type.Name, what, found, "an entry has bits 0 to 63; of a field the highest stands first");
        }
    }

    private static IEnumerable<(string What, (int Hi, int Lo) Bits)> Fields(INamedTypeSymbol type)
    {
        foreach (var field in AttributeReader.Of(type, KnownNames.Field)) yield return ($"[Field(\"{field.PositionalText(0)}\")]", (field.PositionalInt(1), field.PositionalInt(2)));
        foreach (var next in AttributeReader.Of(type, KnownNames.NextLevel)) yield return ("[NextLevel]", (next.PositionalInt(0), next.PositionalInt(1)));
        foreach (var accessed in AttributeReader.Of(type, KnownNames.Accessed)) yield return ("[Accessed]", Bit(accessed.PositionalInt(0)));
        foreach (var dirty in AttributeReader.Of(type, KnownNames.Dirty))
        {
            yield return ("[Dirty]", Bit(dirty.PositionalInt(0)));
            foreach (var name in new[] { "ModifierBit", "SavedBit" })
                if (dirty.Names(name)) yield return ("[Dirty] " + name, Bit(dirty.Int(name, 0)));
        }

        foreach (var right in AttributeReader.Of(type, KnownNames.Perm))
            if (right.Names("UnlessBit")) yield return ($"[Perm(Right.{right.PositionalEnum(0)})] UnlessBit", Bit(right.Int("UnlessBit", 0)));
    }

    private static (int Hi, int Lo) Bit(int bit) => (bit, bit);
}
