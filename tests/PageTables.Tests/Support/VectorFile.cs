using System.Globalization;

namespace Fast.PageTables.Tests;

/// <summary>One row of a vector file: its cells, and where it stands, for messages.</summary>
internal sealed record VectorRow(string File, string[] Cells)
{
    public string this[int cell] => cell < Cells.Length ? Cells[cell] : "";

    public static ulong Word(string hex) => ulong.Parse(hex.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public ulong Word(int cell) => Word(this[cell]);

    public int Number(int cell) => int.Parse(this[cell], CultureInfo.InvariantCulture);

    /// <summary>The implementation that the row is about: the default one, and what its note changes.</summary>
    public FormatLimits Limits(FormatLimits otherwise)
    {
        var note = this[5];
        var at = note.IndexOf("cfg ", StringComparison.Ordinal);
        if (at < 0) return otherwise;
        var limits = otherwise;
        foreach (var setting in note[(at + 4)..].Split(", "))
        {
            var (key, value) = (setting[..setting.IndexOf('=', StringComparison.Ordinal)], setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            limits = (key, value) switch
            {
                ("M", _) => limits with { PhysicalBits = int.Parse(value, CultureInfo.InvariantCulture) },
                (_, "0") => limits with { AbsentFeatures = limits.AbsentFeatures.Add(key) },
                (_, "1") => limits with { AbsentFeatures = limits.AbsentFeatures.Remove(key) },
                _ => throw new FormatException($"{this}: unknown setting {setting}"),
            };
        }

        return limits;
    }

    public override string ToString() => $"{File}: {string.Join(" | ", Cells)}";
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
}
