using System.Globalization;

namespace Fast.PageTables.Testing;

/// <summary>Rows about a format as a whole: geometry, indices, which addresses it takes and gives, how the levels of a walk combine.</summary>
internal static class ShapeVectors
{
    public static readonly string[] Kinds = ["format", "level", "indices", "input", "output", "absent", "combine"];

    public static bool Holds(VectorRow row, FormatFacts facts) => row.Kind switch
    {
        "format" => IsFormat(row, facts),
        "level" => IsGeometry(row, facts),
        "indices" => row[2] == string.Join(", ", Enumerable.Reverse(facts.Levels).Select(level => Index(row.Word(1), level))),
        "input" => row[2] == (facts.IsInputValid(new Iova(row.Word(1))) ? "yes" : "no"),
        "output" => (1UL << (facts.OutputBits - Pfn.Shift)) - 1 == row.Word(1),
        "absent" => Enumerable.Range(0, facts.Levels.Length).All(level => ReferenceDecoder.Decode(facts, level, row.Word(1), new Iova(0), FormatLimits.None).Kind == EntryKind.NotPresent),
        "combine" => row[2] == Combined(row, facts, [.. row.List(1).Select(VectorRow.Word)]),
        _ => throw new FormatCheckException(row.ToString()),
    };

    private static bool IsFormat(VectorRow row, FormatFacts facts) =>
        row.Number(1) == facts.EntryBytes
        && row[2] == $"{facts.InputBits} {(facts.SignExtends ? "sign" : "zero")}"
        && row.Number(3) == facts.OutputBits
        && row[4] == (facts.DynamicTop ? $"{facts.FirstTop} grows" : $"{facts.FirstTop}")
        && (facts.DynamicTop || facts.FirstTop == facts.TopLevel)
        && row[5] == FaultText.Of(facts.KindFault)
        && row[6] == FaultText.Of(facts.ReservedFault)
        && row.List(7).SequenceEqual(facts.Features)
        && row.Word(8) == facts.SoftwareInLeaf;

    private static bool IsGeometry(VectorRow row, FormatFacts facts)
    {
        if (row.Number(1) >= facts.Levels.Length) return false;
        var level = facts.Levels[row.Number(1)];
        return (row.Number(2), row.Number(3), row.Number(4)) == (level.Shift, level.Bits, level.TableBytes)
            && level.TableBytes == facts.EntryBytes << level.Bits
            && (row[5] != "-", row[6] != "-") == (level.CanLeaf, level.CanTable)
            && (row[5] == "-" || row.Word(5) == level.LeafValue)
            && (row[6] == "-" || row.Word(6) == level.TableValue)
            && (row[6] == "-" || ReferenceDecoder.Decode(facts, row.Number(1), level.TableValue, new Iova(0), FormatLimits.None).Kind == EntryKind.Table)
            && row[7] == Written(facts, row.Number(1))
            && row[8] == (level.LeafRequires ?? "-");
    }

    /// <summary>The sizes that are written at a level, as log2.</summary>
    private static string Written(FormatFacts facts, int level)
    {
        if (!facts.Levels[level].CanLeaf) return "-";
        var sizes = Bits.Lengths(facts, level).Select(lg2 => facts.Levels[level].Shift + lg2).Where(shift => shift != facts.Levels[level].Contiguity.ExceptShift).ToList();
        var tight = sizes.Count > 2 && sizes[^1] - sizes[0] == sizes.Count - 1;
        return tight ? $"{sizes[0]}..{sizes[^1]}" : string.Join(", ", sizes);
    }

    private static string Combined(VectorRow row, FormatFacts facts, ulong[] words)
    {
        var above = words[..^1].Select((word, depth) => (facts.TopLevel - depth, word)).ToArray();
        return PermissionText.Of(row.Rights, facts, ReferenceDecoder.PermissionsOf(facts, facts.TopLevel - above.Length, words[^1], above, FormatLimits.None));
    }

    private static string Index(ulong input, LevelFacts level) =>
        ((input >> level.Shift) & ((1UL << level.Bits) - 1)).ToString("X", CultureInfo.InvariantCulture);
}
