using Fast.PageTables;

namespace Fast.Tool.Formats;

/// <summary>The formats that the library declares: the list that is emitted into it.</summary>
internal static class FormatRegistry
{
    /// <summary>All of them, by id.</summary>
    public static IReadOnlyList<FormatEntry> All => HardwareFormats.All;

    /// <summary>The format of that id.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static FormatEntry Find(string id) =>
        All.FirstOrDefault(format => format.Name.Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw new InputException($"formats: there is no format '{id}'{CommandLine.NearestWord.Hint(id, Ids)}; known are {string.Join(", ", Ids)}");

    private static IEnumerable<string> Ids => All.Select(format => format.Name);
}
