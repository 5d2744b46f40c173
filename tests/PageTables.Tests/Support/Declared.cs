using System.Reflection;

namespace Fast.PageTables.Tests;

/// <summary>Every declared format, found in the assemblies: none can be forgotten.</summary>
internal static class Declared
{
    /// <summary>Formats of the library that can be walked, by id.</summary>
    public static IReadOnlyList<Type> Library { get; } = Of(typeof(X64L4).Assembly);

    /// <summary>Those, and the test formats. Without <see cref="TestWide"/>: everything about it is large.</summary>
    public static IReadOnlyList<Type> All { get; } = [.. Library, .. Of(typeof(Declared).Assembly).Where(format => format != typeof(TestWide))];

    /// <summary>Library formats that their facts describe whole: those that have vectors.</summary>
    public static IReadOnlyList<Type> WithVectors { get; } = [.. Library.Where(format => !FactsOf(format).IsHatched)];

    public static FormatFacts FactsOf(Type format) => (FormatFacts)format.GetProperty(nameof(IPageTableFormat.Facts))!.GetValue(null)!;

    /// <summary>The lines of one file of vectors.</summary>
    public static string Vectors(string file)
    {
        using var stream = typeof(Declared).Assembly.GetManifestResourceStream(file + ".txt") ?? throw new FileNotFoundException(file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The vectors of all formats.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<VectorRow>> VectorFiles { get; } = Directory.GetFiles(Repository.At("tests", "PageTables.Tests", "Vectors"), "*.txt")
        .Select(path => Path.GetFileNameWithoutExtension(path)).ToDictionary(file => file, file => VectorFile.Parse(Vectors(file)));

    /// <summary>The file that a format's vectors stand in.</summary>
    public static string FileOf(string format) => VectorFiles.Single(file => file.Value.Any(row => row.Kind == "format" && row.List(0).Contains(format))).Key;

    /// <summary>Calls a generic method for one format.</summary>
    public static T Call<T>(Type owner, string method, Type format, params object[] arguments) =>
        (T)owner.GetMethod(method)!.MakeGenericMethod(format).Invoke(null, arguments)!;

    private static IReadOnlyList<Type> Of(Assembly assembly) =>
    [
        .. assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<PageTableFormatAttribute>() != null && typeof(IWalkFormat).IsAssignableFrom(type))
            .OrderBy(type => FactsOf(type).Name, StringComparer.Ordinal),
    ];
}
