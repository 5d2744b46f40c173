using System.Collections.Immutable;

namespace Fast.Lab;

/// <summary>A stanza of a Debian index.</summary>
internal sealed record DebianPackage(string Name, string Version, string Path, string Sha256, ImmutableArray<string> Depends)
{
    /// <summary>Reads an index. A package may be in it in several versions; the last is the newest.</summary>
    public static ImmutableArray<DebianPackage> ReadIndex(string text)
    {
        var packages = ImmutableArray.CreateBuilder<DebianPackage>();
        foreach (var stanza in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = stanza.Split('\n').Where(line => line.Length > 0 && !char.IsWhiteSpace(line[0]) && line.Contains(':', StringComparison.Ordinal))
                .GroupBy(line => line[..line.IndexOf(':', StringComparison.Ordinal)], StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.First()[(group.Key.Length + 1)..].Trim(), StringComparer.Ordinal);
            if (!fields.TryGetValue("Package", out var name) || !fields.TryGetValue("Filename", out var path) || !fields.TryGetValue("SHA256", out var sum)) continue;
            packages.Add(new DebianPackage(name, fields.GetValueOrDefault("Version", ""), path, sum,
            [
                .. fields.GetValueOrDefault("Depends", "").Split([',', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(one => one.Split(' ')[0]),
            ]));
        }

        return packages.ToImmutable();
    }

    /// <summary>The entry of a kernel, with the packages that hold its image and modules: from 6.19 on the image package is empty and depends on them.</summary>
    /// <exception cref="LabException">Something is not in the index.</exception>
    public static KernelEntry Resolve(ImmutableArray<DebianPackage> index, string package, string suite)
    {
        var image = Find(package);
        var parts = image.Depends.Where(name => name.StartsWith("linux-binary-", StringComparison.Ordinal) || name.StartsWith("linux-modules-", StringComparison.Ordinal)).Select(Find).ToList();
        var upstream = image.Version.Split('.');
        return new KernelEntry($"{upstream[0]}.{upstream[1]}", package, suite,
            [.. parts.DefaultIfEmpty(image).Select(part => new PoolFile(DebianMirror.ArchiveOf(suite), part.Path, part.Sha256))]);

        DebianPackage Find(string name) => index.LastOrDefault(one => one.Name == name) ?? throw new LabException($"{name} is not in the index of {suite}; if the pool has it still, pin it by hand");
    }
}
