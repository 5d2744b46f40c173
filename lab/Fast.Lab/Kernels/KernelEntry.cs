using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fast.Lab;

/// <summary>A kernel that the lab boots: a Debian package, as files of the archive's pool, each with its checksum.</summary>
/// <param name="Version">The release that the model is asked for, such as <c>6.12</c>.</param>
/// <param name="Package">The package, as a person installs it.</param>
/// <param name="Suite">The suite that had it when the checksums were taken.</param>
/// <param name="Files">The files: kernel and modules.</param>
internal sealed record KernelEntry(string Version, string Package, string Suite, ImmutableArray<PoolFile> Files)
{
    private const string ImagePrefix = "linux-image-";

    /// <summary>The release as <c>uname -r</c> says it.</summary>
    [JsonIgnore]
    public string Release => Package.StartsWith(ImagePrefix, StringComparison.Ordinal) ? Package[ImagePrefix.Length..] : Package;

    /// <summary>Reads a list of kernels.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public static ImmutableArray<KernelEntry> ReadList(string path)
    {
        try
        {
            var list = JsonSerializer.Deserialize(File.ReadAllText(path), LabJson.Default.ImmutableArrayKernelEntry);
            return list.IsDefaultOrEmpty ? throw new LabException($"{path}: no kernel is listed") : list;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{path}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The kernels whose version, release or package was named; all without a name.</summary>
    /// <exception cref="LabException">One is not in the list.</exception>
    public static ImmutableArray<KernelEntry> Choose(ImmutableArray<KernelEntry> list, IReadOnlyCollection<string> names) => names.Count == 0 ? list :
    [
        .. names.Select(name => list.FirstOrDefault(kernel => kernel.Version == name || kernel.Release == name || kernel.Package == name)
            ?? throw new LabException($"'{name}' is not in the list of kernels; there are {string.Join(", ", list.Select(kernel => kernel.Version))}; 'resolve PACKAGE SUITE' prints an entry for another one")),
    ];
}

/// <summary>A file of a Debian archive.</summary>
/// <param name="Archive">The archive: <c>debian</c> or <c>debian-security</c>.</param>
/// <param name="Path">Where it is in there.</param>
/// <param name="Sha256">Its checksum.</param>
internal sealed record PoolFile(string Archive, string Path, string Sha256)
{
    /// <summary>The file's own name.</summary>
    [JsonIgnore]
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
