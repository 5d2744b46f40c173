using System.Globalization;

namespace Fast.PageTables.Testing;

/// <summary>One row of a vectors file: what it is about, the formats it speaks of, and its cells, of which the first lists the formats.</summary>
internal sealed record VectorRow(string Kind, int Line, string[] Cells)
{
    /// <summary>What the note's <c>cfg</c> changes.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; } = SettingsOf(Cells[^1]);

    /// <summary>How the file writes permissions of the row's format: see <see cref="PermissionText"/>.</summary>
    public string? Rights { get; init; }

    public string this[int cell] => cell < Cells.Length ? Cells[cell] : "";

    public static ulong Word(string hex) => ulong.Parse(hex.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public ulong Word(int cell) => Word(this[cell]);

    public int Number(int cell) => int.Parse(this[cell], CultureInfo.InvariantCulture);

    /// <summary>The names of a cell that lists several.</summary>
    public IReadOnlyList<string> List(int cell) => this[cell] is "" or "-" ? [] : this[cell].Split(',', StringSplitOptions.TrimEntries);

    public override string ToString() => $"line {Line}: {Kind} | {string.Join(" | ", Cells)}";

    private static Dictionary<string, string> SettingsOf(string note)
    {
        var at = note.IndexOf("cfg ", StringComparison.Ordinal);
        return at < 0 ? [] : note[(at + 4)..].Split(", ").Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
    }
}

/// <summary>Vectors files: one row a line, cells between bars, <c>#</c> for remarks.</summary>
internal static class VectorFile
{
    /// <summary>What a row may be about, and the cells it must have, the formats included.</summary>
    private static readonly Dictionary<string, int> Kinds = new()
    {
        ["usual"] = 2, ["rights"] = 2, ["format"] = 9, ["level"] = 9, ["indices"] = 3, ["input"] = 3, ["output"] = 2, ["absent"] = 2, ["combine"] = 3, ["best"] = 5,
        ["layout"] = 4, ["entry"] = 5, ["undecided"] = 3, ["not-run"] = 2,
    };

    /// <summary>What a row may be about.</summary>
    public static IEnumerable<string> KindNames => Kinds.Keys;

    public static IReadOnlyList<VectorRow> Parse(string text)
    {
        var rows = new List<VectorRow>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var line = 0; line < lines.Length; line++)
        {
            if (lines[line].Length == 0 || lines[line][0] == '#') continue;
            string[] cells = [.. lines[line].Split('|').Select(cell => cell.Trim())];
            if (!Kinds.TryGetValue(cells[0], out var needed)) throw new FormatCheckException($"line {line + 1}: '{cells[0]}' is no kind of row; there are {string.Join(", ", Kinds.Keys)}");
            if (cells.Length - 1 < needed) throw new FormatCheckException($"line {line + 1}: a row '{cells[0]}' has at least {needed} cells after its kind, not {cells.Length - 1}");
            rows.Add(new VectorRow(cells[0], line + 1, cells[1..]));
        }

        return rows;
    }
}
