using System.Globalization;

namespace Fast.PageTables.Testing;

/// <summary>
/// Single entries: what one is at its level. Functions of the facts, so that they can be run with facts that are wrong on purpose.
/// </summary>
internal static class EntryVectors
{
    /// <summary>What <paramref name="facts"/> make of a row, in the row's words.</summary>
    /// <param name="row">The row.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="limits">The implementation.</param>
    public static string Describe(VectorRow row, FormatFacts facts, FormatLimits limits)
    {
        var (level, raw, input) = (row.Number(1), row.Word(2), new Iova(row.Word(3)));
        var entry = ReferenceDecoder.Decode(facts, level, raw, input, limits);
        switch (entry.Kind)
        {
            case EntryKind.NotPresent:
                return "not present";
            case EntryKind.Fault:
                return $"fault: {FaultText.Of(entry.Fault)}";
            case EntryKind.Table when Skips(facts, level, entry.ChildLevel, input):
                return "fault: skip";
            case EntryKind.Table:
                return $"table 0x{entry.Address.Value:X}{(row[4].Contains("(next", StringComparison.Ordinal) ? $" (next L{entry.ChildLevel})" : entry.ChildLevel != level - 1 ? " of another level" : "")}";
            default:
                var output = entry.Address.Value | (input.Value & ((1UL << facts.Levels[level].Shift) - 1));
                var rights = PermissionText.Of(row.Rights, facts, ReferenceDecoder.PermissionsOf(facts, level, raw, [], limits));
                return Text(output, entry.Size, rights, Words(row).Select(word => Word(facts, level, raw, entry.Size, word)));
        }
    }

    /// <summary>What the walk of emitted code, ended at the row's entry, made of it, in the row's words. Fields are not its business.</summary>
    public static string Describe(VectorRow row, FormatFacts facts, WalkResult walk, ulong asked)
    {
        if (walk.Status == WalkStatus.NotPresent) return "not present";
        if (walk.Status == WalkStatus.NotBacked) return $"table 0x{asked:X}{(row[4].Contains("(next", StringComparison.Ordinal) ? $" (next L{walk.Level - 1})" : "")}";
        if (!walk.IsLeaf) return $"fault: {FaultText.Of(walk.Status)}";
        return Text(walk.Leaf.Pfn.Address.Value | (row.Word(3) & 0xFFF), walk.Leaf.Size, PermissionText.Of(row.Rights, facts, walk.Leaf.Permissions), []);
    }

    /// <summary>What a row expects, without the words that facts do not have and, for a walk, without fields.</summary>
    public static string Expected(VectorRow row, bool fields)
    {
        var expected = row[4];
        if (expected.StartsWith("leaf", StringComparison.Ordinal))
        {
            var parts = expected.Split(", ");
            return string.Join(", ", parts.Take(3).Concat(fields && Words(row).Length > 0 ? [string.Join(' ', Words(row))] : []));
        }

        // The registers of PAE's root are checked when they are loaded: the same bits, another moment.
        if (expected == "fault: rsvd-cr3") return "fault: rsvd";
        var note = expected.IndexOf(" (", StringComparison.Ordinal);
        return note < 0 || expected.Contains("(next", StringComparison.Ordinal) ? expected : expected[..note];
    }

    private static string[] Words(VectorRow row)
    {
        var parts = row[4].Split(", ");
        return parts.Length < 4 ? [] : parts[3].Split(' ');
    }

    private static string Text(ulong output, PageSize size, string rights, IEnumerable<string> words)
    {
        var rest = string.Join(' ', words);
        return $"leaf OA 0x{output.ToString("X", CultureInfo.InvariantCulture)}, 2^{size.Shift}, {rights}{(rest.Length == 0 ? "" : ", " + rest)}";
    }

    /// <summary>One word of a leaf's description, with the value that the facts see.</summary>
    private static string Word(FormatFacts facts, int level, ulong raw, PageSize size, string word)
    {
        var name = word.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return name switch
        {
            "A" => $"A{(facts.AccessedMask != 0 && (raw & facts.AccessedMask) != 0 ? 1 : 0)}",
            "D" => $"D{(facts.Dirty.Holds(raw) ? 1 : 0)}",
            "dirty" or "clean" => facts.Dirty.Holds(raw) ? "dirty" : "clean",
            "x" => $"x{1UL << (size.Shift - facts.Levels[level].Shift)}",
            "cont" => (raw & facts.Levels[level].Contiguity.Flag) != 0 ? "cont" : "",
            "PAT" => $"PAT{(Field(facts, level, raw, "PAT") * 4) + (Field(facts, level, raw, "PCD") * 2) + Field(facts, level, raw, "PWT")}",
            "G" or "nG" => Field(facts, level, raw, name) == 1 ? name : "",
            "AI" => $"AI{Field(facts, level, raw, "AttrIndx")}",
            "MA" or "MAF" => $"MA{Field(facts, level, raw, "MemAttr"):X}",
            "NC" => Field(facts, level, raw, "PBMT") == 1 ? "NC" : "",
            _ => $"{name}{Field(facts, level, raw, name)}",
        };
    }

    private static ulong Field(FormatFacts facts, int level, ulong raw, string name) =>
        facts.Fields.FirstOrDefault(field => field.Name == name && field.Kinds.HasFlag(EntryKinds.Leaf) && level >= field.FromLevel && level <= field.ToLevel)?.Field.Of(raw) ?? ulong.MaxValue;

    private static bool Skips(FormatFacts facts, int level, int child, Iova input) => child < level - 1
        && (input.Value & ((1UL << facts.Levels[level].Shift) - 1)) >> (facts.Levels[child].Shift + facts.Levels[child].Bits) != 0;
}
