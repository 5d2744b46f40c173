using System.Globalization;

namespace Fast.Host;

/// <summary>
/// The files in which Linux describes a machine: <c>proc</c> and <c>sys</c> below a root. Usually the machine's own; a copied tree of another machine will do as well. What
/// is not there, or may not be read, reads as nothing, and is noted.
/// </summary>
/// <param name="root">The folder that holds <c>proc</c> and <c>sys</c>.</param>
public sealed class HostTree(string root = HostTree.ThisMachine)
{
    /// <summary>Root of the machine's own tree.</summary>
    public const string ThisMachine = "/";

    private readonly SortedSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>The root.</summary>
    public string Root => root;

    /// <summary>Whether it is this machine, not a copied tree.</summary>
    public bool IsThisMachine => root == ThisMachine;

    /// <summary>Files that are there and may not be read.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    /// <summary>Full path of a file.</summary>
    public string PathOf(string path) => Path.Combine(root, path);

    /// <summary>Text of a file without white space around it, or <see langword="null"/>.</summary>
    public string? Text(string path) => Reads(path, full => File.ReadAllText(full).Trim());

    /// <summary>Lines of a file; none when it cannot be read.</summary>
    public string[] Lines(string path) => Reads(path, File.ReadAllLines) ?? [];

    /// <summary>A decimal number that is all of a file, or <see langword="null"/>.</summary>
    public ulong? Number(string path) => ulong.TryParse(Text(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Names in a folder, in order; none when it cannot be read.</summary>
    public string[] Names(string path) => Reads(path, full => Directory.Exists(full) ? [.. Directory.GetFileSystemEntries(full).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)] : (string[])[]) ?? [];

    /// <summary>Where a symbolic link points to, or <see langword="null"/>.</summary>
    public string? Link(string path) => Reads(path, full => new FileInfo(full).LinkTarget);

    /// <summary>Whether there is a file or folder.</summary>
    public bool Exists(string path) => Path.Exists(PathOf(path));

    private T? Reads<T>(string path, Func<string, T?> read)
        where T : class
    {
        try
        {
            return read(PathOf(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process that ends meanwhile answers ESRCH: an IOException like a refusal.
            _refused.Add(path);
            return null;
        }
    }
}
