using System.Globalization;

namespace Fast.PageTables.Tests.Hatch;

/// <summary>One row of a vector file: its cells, and where it stands, for messages.</summary>
internal sealed record VectorRow(string File, string[] Cells)
{
    public string this[int cell] => Cells[cell];

    /// <summary>The note's <c>cfg</c> value of that name, or 0.</summary>
    public ulong Setting(string name)
    {
        var at = this[5].IndexOf($"cfg {name}=", StringComparison.Ordinal);
        return at < 0 ? 0 : Word(this[5][(at + 5 + name.Length)..].Split(',')[0]);
    }

    public static ulong Word(string hex) => ulong.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public override string ToString() => $"{File}: {string.Join(" | ", Cells)}";
}

/// <summary>Vector files: one row a line, cells between bars, <c>#</c> for remarks.</summary>
internal static class VectorFile
{
    public static IReadOnlyList<VectorRow> Parse(string name, string text) =>
    [
        .. text.Split('\n').Where(line => line.Length != 0 && line[0] != '#').Select(line => new VectorRow(name, [.. line.Split('|').Select(cell => cell.Trim())])),
    ];
}
