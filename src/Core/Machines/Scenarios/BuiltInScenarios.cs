using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Scenarios that the assembly carries: files as anybody may write them.</summary>
public static class BuiltInScenarios
{
    private const string Prefix = "Scenarios/";
    private const string Suffix = ".json";

    /// <summary>The names, in order.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(BuiltInScenarios).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The bytes of a scenario's file, or <see langword="null"/>.</summary>
    public static byte[]? BytesOf(string name)
    {
        using var stream = typeof(BuiltInScenarios).Assembly.GetManifestResourceStream(Prefix + name + Suffix);
        if (stream is null) return null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>What the file of that name says first, or <see langword="null"/>.</summary>
    public static ScenarioHead? HeadOf(string name)
    {
        if (BytesOf(name) is not { } bytes) return null;
        return ScenarioHead.TryRead(bytes, name, out var head, out var error) ? head : throw new InvalidOperationException(error);
    }
}
