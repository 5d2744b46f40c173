using Fast.Tests;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Architecture.Tests;

/// <summary>A file of the tree: its path from the root with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly string[] Skipped = ["artifacts", "bin", "obj", ".git", "TestResults", "BenchmarkDotNet.Artifacts"];

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Parsed for .NET, so that conditional parts for it are seen.</summary>
    public CompilationUnitSyntax Syntax => CSharpSyntaxTree.ParseText(Text, new CSharpParseOptions(LanguageVersion.CSharp14)).GetCompilationUnitRoot();

    /// <summary>The file's folder below <paramref name="root"/>: its layer.</summary>
    public string LayerBelow(string root)
    {
        var rest = Path[(root.Length + 1)..];
        return rest.Contains('/', StringComparison.Ordinal) ? rest[..rest.IndexOf('/', StringComparison.Ordinal)] : "";
    }

    /// <summary>Files under a folder, or all of the tree.</summary>
    public static IReadOnlyList<SourceFile> Under(string folder, params string[] extensions)
    {
        var start = System.IO.Path.Combine(Repository.Root, folder);
        if (!Directory.Exists(start)) return [];
        return [.. Walk(start)
            .Where(path => extensions.Length == 0 || extensions.Contains(System.IO.Path.GetExtension(path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), File.ReadAllText(path)))];
    }

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(inner => !Skipped.Contains(System.IO.Path.GetFileName(inner))).SelectMany(Walk));
}
