using System.Globalization;

namespace Fast.PageTables.Tests;

/// <summary>
/// Holds the facts of one format to its vectors. A function of the facts, so that it can be run with facts that are wrong on purpose.
/// </summary>
internal sealed class VectorSuite
{
    private readonly string _format;
    private readonly FormatLimits _usual;

    /// <summary>The suite of a format, its rows read once.</summary>
    /// <param name="format">The format's name.</param>
    /// <param name="usual">The implementation that its rows mean when they say nothing.</param>
    /// <param name="files">Files of single-entry rows.</param>
    public VectorSuite(string format, FormatLimits usual, params string[] files)
    {
        (_format, _usual) = (format, usual);
        Entries = [.. files.SelectMany(VectorFile.Read)];
        Others = [.. new[] { "geometry", "indices", "inputs", "outputs", "combine" }.SelectMany(VectorFile.Read).Where(row => row[0] == format)];
    }

    public static VectorSuite X64L4 { get; } = new("x86-64-4l", new FormatLimits(46, []), "x86-64", "x86-64-added");

    public static VectorSuite VtdSs4 { get; } = new("vtd-ss-4l", new FormatLimits(46, ["dt"]), "vtd-ss", "vtd-ss-added");

    /// <summary>Rows about single entries, those of formats that are not built included.</summary>
    public IReadOnlyList<VectorRow> Entries { get; }

    /// <summary>Rows about the format as a whole.</summary>
    public IReadOnlyList<VectorRow> Others { get; }

    /// <summary>Why a row cannot be held against this format, or <see langword="null"/>.</summary>
    public static string? NotRun(VectorRow row, FormatFacts facts) =>
        row[5].Contains("linux=1", StringComparison.Ordinal) ? "decodes as Linux does, not as the hardware"
        : row.Number(1) > facts.TopLevel ? "a level of a format that is not built"
        : null;

    /// <summary>What <paramref name="facts"/> get wrong.</summary>
    public IEnumerable<string> Failures(FormatFacts facts) =>
        Entries.Where(row => NotRun(row, facts) == null).Select(row => EntryFailure(row, facts))
            .Concat(Others.Select(row => OtherFailure(row, facts)))
            .OfType<string>();

    public string? EntryFailure(VectorRow row, FormatFacts facts)
    {
        var found = Describe(facts, row.Number(1), row.Word(2), new Iova(row.Word(3)), row.Limits(_usual));
        var expected = Normalised(row[4]);
        return found == expected ? null : $"{row}: {found}";
    }

    public string? OtherFailure(VectorRow row, FormatFacts facts)
    {
        var right = row.File switch
        {
            "geometry" => IsGeometry(row, facts),
            "indices" => row[2] == string.Join(", ", Enumerable.Reverse(facts.Levels).Select(level => Index(row.Word(1), level))),
            "inputs" => row[2] == (facts.IsInputValid(new Iova(row.Word(1))) ? "yes" : "no"),
            "outputs" => RangeChecks.FitsOutput(facts, new Pfn(row.Word(1)), 1) && !RangeChecks.FitsOutput(facts, new Pfn(row.Word(1)), 2)
                && !RangeChecks.FitsOutput(facts, new Pfn(row.Word(1) + 1), 1),
            "combine" => row[2] == Rights(facts, ReferenceDecoder.PermissionsOf(facts, Words(row)[^1], Words(row).AsSpan()[..^1])),
            _ => throw new FormatException(row.ToString()),
        };
        return right ? null : row.ToString();
    }

    private static ulong[] Words(VectorRow row) => [.. row[1].Split(", ").Select(VectorRow.Word)];

    private static string Index(ulong input, LevelFacts level) =>
        ((input >> level.Shift) & ((1UL << level.Bits) - 1)).ToString("X", CultureInfo.InvariantCulture);

    private static bool IsGeometry(VectorRow row, FormatFacts facts)
    {
        if (row.Number(1) >= facts.Levels.Length) return false;
        var level = facts.Levels[row.Number(1)];
        return (row.Number(2), row.Number(3), row.Number(4), row.Number(5)) == (level.Shift, level.Bits, level.TableBytes, facts.EntryBytes)
            && level.TableBytes == facts.EntryBytes << level.Bits
            && (row[6] == "yes", row[7] == "yes") == (level.CanLeaf, level.CanTable)
            && (row[8] == "-" || row.Word(8) == facts.TableValue)
            && (row[7] != "yes" || ReferenceDecoder.Decode(facts, row.Number(1), facts.TableValue, FormatLimits.None) == EntryKind.Table);
    }

    private string Describe(FormatFacts facts, int level, ulong raw, Iova input, FormatLimits limits)
    {
        var number = CultureInfo.InvariantCulture;
        switch (ReferenceDecoder.Decode(facts, level, raw, limits))
        {
            case EntryKind.NotPresent:
                return "not present";
            case EntryKind.Reserved:
                return "fault: rsvd";
            case EntryKind.Table:
                return "table 0x" + (raw & facts.AddressMask).ToString("X", number);
            default:
                var output = ReferenceDecoder.Output(facts, level, raw, input).Value.ToString("X", number);
                var rights = Rights(facts, ReferenceDecoder.PermissionsOf(facts, raw, []));
                return $"leaf OA 0x{output}, 2^{facts.Levels[level].Shift}, {rights}, A{Bit(raw, facts.AccessedMask)} D{Bit(raw, facts.DirtyMask)}";
        }
    }

    /// <summary>What the facts can say of an expectation: names of memory types and the like are the format's, not the engine's.</summary>
    private static string Normalised(string expected)
    {
        if (!expected.StartsWith("leaf", StringComparison.Ordinal)) return expected;
        var parts = expected.Split(", ");
        var bits = parts[3].Split(' ').Where(word => word is "A0" or "A1" or "D0" or "D1");
        return string.Join(", ", parts[0], parts[1], parts[2], string.Join(' ', bits));
    }

    private string Rights(FormatFacts facts, Permissions permissions)
    {
        var text = (permissions.HasFlag(Permissions.Read) ? "R" : "-") + (permissions.HasFlag(Permissions.Write) ? "W" : "-");
        if (_format != "x86-64-4l") return text + (permissions > Permissions.ReadWrite ? $"+{permissions}" : "");
        return text + (permissions.HasFlag(Permissions.Execute) ? "X" : "-") + (permissions.HasFlag(Permissions.User) ? "U" : "S");
    }

    private static int Bit(ulong raw, ulong mask) => (raw & mask) == 0 ? 0 : 1;
}
