using System.Globalization;
using Fast.PageTables;

namespace InventedMmu;

/// <summary>Entries written by hand, held against the declaration.</summary>
internal static class Vectors
{
    /// <summary>How many rows there are, and those that the declaration reads otherwise.</summary>
    public static (int Rows, List<string> Wrong) Check(FormatFacts facts, IEnumerable<string> lines)
    {
        var rows = lines.Where(line => line.Length != 0 && line[0] != '#').Select(line => line.Split(" | ")).ToList();
        var wrong = rows.Where(row => Read(facts, row) != row[3]).Select(row => $"{string.Join(" | ", row)}, not {Read(facts, row)}").ToList();
        return (rows.Count, wrong);
    }

    private static string Read(FormatFacts facts, string[] row)
    {
        var level = int.Parse(row[0], CultureInfo.InvariantCulture);
        var raw = ulong.Parse(row[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var input = ulong.Parse(row[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var entry = ReferenceDecoder.Decode(facts, level, raw, new Iova(input), FormatLimits.None);
        return entry.Kind switch
        {
            EntryKind.Leaf => $"leaf {entry.Size} at {new PhysicalAddress(entry.Address.Value + (input & entry.Size.OffsetMask))}, {ReferenceDecoder.PermissionsOf(facts, level, raw, [], FormatLimits.None)}",
            EntryKind.Table => $"table at {entry.Address}",
            EntryKind.Fault => $"fault {entry.Fault}",
            _ => "not present",
        };
    }
}
