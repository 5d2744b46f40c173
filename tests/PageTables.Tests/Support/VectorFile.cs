using System.Globalization;

namespace Fast.PageTables.Tests;

/// <summary>One row of a vector file: its cells, and where it stands, for messages.</summary>
internal sealed record VectorRow(string File, string[] Cells)
{
    /// <summary>What the note's <c>cfg</c> changes.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; } = SettingsOf(Cells);

    public string this[int cell] => cell < Cells.Length ? Cells[cell] : "";

    public static ulong Word(string hex) => ulong.Parse(hex.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public ulong Word(int cell) => Word(this[cell]);

    public int Number(int cell) => int.Parse(this[cell], CultureInfo.InvariantCulture);

    /// <summary>The names of a cell that lists several.</summary>
    public IReadOnlyList<string> List(int cell) => this[cell] is "" or "-" ? [] : this[cell].Split(',', StringSplitOptions.TrimEntries);

    public override string ToString() => $"{File}: {string.Join(" | ", Cells)}";

    private static Dictionary<string, string> SettingsOf(string[] cells)
    {
        var note = cells[^1];
        var at = note.IndexOf("cfg ", StringComparison.Ordinal);
        return at < 0 ? [] : note[(at + 4)..].Split(", ").Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
    }
}

/// <summary>Vector files: one row a line, cells between bars, <c>#</c> for remarks.</summary>
internal static class VectorFile
{
    public static IReadOnlyList<VectorRow> Read(string name)
    {
        using var stream = typeof(VectorFile).Assembly.GetManifestResourceStream(name + ".txt") ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        var rows = new List<VectorRow>();
        while (reader.ReadLine() is { } line)
            if (line.Length != 0 && line[0] != '#') rows.Add(new VectorRow(name, [.. line.Split('|').Select(cell => cell.Trim())]));
        return rows;
    }

    /// <summary>The rows of every file whose name begins so.</summary>
    public static IReadOnlyList<VectorRow> ReadAll(string prefix) =>
    [
        .. typeof(VectorFile).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
            .Where(file => file.StartsWith(prefix, StringComparison.Ordinal))
            .SelectMany(file => Read(file[..^4])),
    ];
}
