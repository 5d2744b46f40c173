using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Tool.Formats;

/// <summary>A format that the library declares, and the type that its code was emitted for.</summary>
internal sealed record DeclaredFormat(FormatFacts Facts, Type Type);

/// <summary>The formats that the library declares.</summary>
internal static class FormatRegistry
{
    /// <summary>All of them, by the order of their types' names.</summary>
    public static ImmutableArray<DeclaredFormat> All { get; } =
        [.. HardwareFormats.All.Select(entry => new DeclaredFormat(entry.Facts, typeof(HardwareFormats).Assembly.GetType(entry.TypeName, throwOnError: true)!))];

    /// <summary>The format of that id.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static DeclaredFormat Find(string id) =>
        All.FirstOrDefault(format => format.Facts.Name.Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw new InputException($"formats: there is no format '{id}'{CommandLine.NearestWord.Hint(id, Ids)}; known are {string.Join(", ", Ids)}");

    private static IEnumerable<string> Ids => All.Select(format => format.Facts.Name);
}
