using Fast.Generators.Diagnostics;
using Fast.Generators.Model;

namespace Fast.Generators.Parsing;

/// <summary>No fact may name a bit that an entry of 4 bytes does not have.</summary>
internal static class WidthChecks
{
    private const int Bits = 32;

    public static IEnumerable<DiagnosticInfo> Run(FormatSpec spec, LocationInfo? place) => !spec.IsNarrow ? [] : Claims(spec)
        .Where(claim => claim.Mask >> Bits != 0)
        .Distinct()
        .Select(claim => DiagnosticInfo.Of(
            Descriptors.BadValue, place, spec.Type.Name, claim.What, $"bit {Highest(claim.Mask)}", "an entry of 4 bytes has bits 0 to 31: correct the bit, or leave EntryBytes at 8"));

    private static IEnumerable<(string What, ulong Mask)> Claims(FormatSpec spec)
    {
        yield return ("[Present]", spec.Present.Bits | spec.Present.Value);
        foreach (var segment in spec.Segments)
            if (segment.EntryHi <= 63 && segment.EntryLo >= 0 && segment.Width >= 1) yield return ("[Address]", segment.Mask);
        yield return ("[NextLevel]", spec.NextLevel?.Mask ?? 0);
        yield return ("[Accessed]", spec.Accessed);
        yield return ("[Dirty]", spec.Dirty is { } dirty ? dirty.Mask | dirty.Modifier | dirty.Saved : 0);
        yield return ("[SoftwareBits]", spec.SoftwareInLeaf);
        foreach (var level in spec.Levels)
        {
            yield return ($"[Level({level.Level})] LeafWhen", level.LeafWhen.Bits | level.LeafWhen.Value);
            yield return ($"[Level({level.Level})] TableWhen", level.TableWhen.Bits | level.TableWhen.Value);
            yield return ("[LeafValue]", level.LeafValue & ~level.LeafWhen.Value);
            yield return ("[TableValue]", level.TableValue);
            yield return ($"[Contiguity({level.Level})] Flag", level.Contiguity?.Flag ?? 0);
        }

        foreach (var right in spec.Rights)
            if (right.Implied || right.Field is { Lo: >= 0, Hi: <= 63 }) yield return ($"[{(right.InLeaf ? "Perm" : "TableRestrict")}(Right.{right.Right})]", right.Mask | right.UnlessMask);
        foreach (var reserved in spec.Reserved) yield return ($"[MustBeZero({reserved.Level})]", reserved.Mask);
        foreach (var forbidden in spec.Forbidden) yield return ("[Forbidden]", forbidden.Mask | forbidden.Value);
        foreach (var field in spec.Fields) yield return ($"[Field(\"{field.Name}\")]", new FieldBits(field.Hi, field.Lo).Mask);
    }

    private static int Highest(ulong mask)
    {
        var bit = 63;
        while ((mask >> bit & 1) == 0) bit--;
        return bit;
    }
}
