using System.Runtime.CompilerServices;

namespace Fast.Tool.Tests.Documents;

/// <summary>Files of the repository, found from where this file was compiled.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>A file's text, with <c>\n</c> line ends.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Whether there is such a file or folder.</summary>
    public static bool Has(string path) => Path.Exists(Path.Combine(Root, path));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        // A deterministic build maps source paths away; the test's own folder lies in the repository too.
        for (var folder = new DirectoryInfo(File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Fast.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("Fast.sln is in no folder above the tests");
    }
}
