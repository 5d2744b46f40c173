using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Listings that the assembly carries, so that the tool has something to show without a host.</summary>
public static class BuiltInHosts
{
    /// <summary>The host that is used when none is named.</summary>
    public const string Default = "dgx-h100";

    private const string Prefix = "Hosts/";
    private const string Suffix = ".txt";

    /// <summary>The names, in order.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(BuiltInHosts).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of a listing, its source in the comment at its head; or <see langword="null"/> when there is none of that name.</summary>
    public static string? TextOf(string name)
    {
        using var stream = typeof(BuiltInHosts).Assembly.GetManifestResourceStream(Prefix + name + Suffix);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The listing of that name, or <see langword="null"/>.</summary>
    public static PciListing? Find(string name) => TextOf(name) is { } text ? PciListing.Read(text, name) : null;
}
