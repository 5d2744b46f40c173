using System.Collections.Immutable;
using System.Text;

namespace Fast.Lab;

/// <summary>Kernel modules with all that they depend on, in the order in which they can be loaded.</summary>
internal sealed class ModuleSet
{
    private readonly Dictionary<string, string> _pathOf;
    private readonly List<(string Name, byte[] Content)> _loaded = [];

    /// <summary>Of a folder of modules.</summary>
    public ModuleSet(string folder) => _pathOf = Directory.EnumerateFiles(folder, "*.ko*", SearchOption.AllDirectories)
        .GroupBy(path => NameOf(Path.GetFileName(path))).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    /// <summary>What was added.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> InOrder => _loaded;

    /// <summary>Adds one and what it needs; one that is built in, or that this kernel lacks, is left out.</summary>
    public async Task AddAsync(string name, CancellationToken cancellation)
    {
        name = NameOf(name);
        if (_loaded.Any(one => one.Name == name) || !_pathOf.TryGetValue(name, out var path)) return;
        var content = await UnpackAsync(path, cancellation);
        foreach (var needed in DependsOf(content)) await AddAsync(needed, cancellation);
        _loaded.Add((name, content));
    }

    /// <summary>The modules that one names as its needs (<c>depends=</c> of its information section).</summary>
    public static ImmutableArray<string> DependsOf(ReadOnlySpan<byte> module)
    {
        var mark = "\0depends="u8;
        var at = module.IndexOf(mark);
        if (at < 0) return [];
        var rest = module[(at + mark.Length)..];
        return [.. Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]).Split(',', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string NameOf(string file) => file.Split('.')[0].Replace('-', '_');

    private static async Task<byte[]> UnpackAsync(string path, CancellationToken cancellation) => Path.GetExtension(path) switch
    {
        ".xz" => await ChildProcess.RunAsync("xz", ["-dc", path], cancellation),
        ".zst" => await ChildProcess.RunAsync("zstd", ["-dcq", path], cancellation),
        _ => await File.ReadAllBytesAsync(path, cancellation),
    };
}
