using System.Collections.Immutable;
using System.CommandLine;
using Fast.Linux;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Map;

/// <summary>What <c>--compare</c> puts side by side: kernels, with or without patches, and the fast path.</summary>
internal static class MapColumns
{
    private const string Fast = "fast";

    /// <summary>The option: alone, or with a list.</summary>
    public static Option<string?> Option() => new("--compare")
    {
        HelpName = "LIST",
        Description = "Kernels and fast, side by side, such as 6.1,6.12,6.12+1..5,7.3,fast (without LIST: every kernel that was counted, and the fast path). 6.12+1..5 is 6.12 with those patches.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (result.Tokens.Count == 0) return null;
            var text = result.Tokens[0].Value;
            if (Problem(text) is { } problem) result.AddError($"--compare: {problem}");
            return text;
        },
    };

    /// <summary>The columns of a list that was read, or of none.</summary>
    public static ImmutableArray<(KernelVersion Kernel, VfioPatches Patches, MapPath Path)> Of(string? list)
    {
        var words = list?.Split(',') ?? [.. LabCounts.Default.Kernels.Select(KernelValues.Parse).Order().Select(kernel => kernel.ToString()), Fast];
        var kernels = words.Where(word => word != Fast).Select(word => Read(word).Kernel).ToList();
        // The fast path runs on the newest of the kernels beside it: their faults are its own.
        var newest = kernels.Count == 0 ? KernelProfiles.Newest : kernels.Max();
        return [.. words.Select(word => word == Fast ? (newest, VfioPatches.None, MapPath.Fast) : Read(word) is var (kernel, patches) ? (kernel, patches, MapPath.Kernel) : default)];
    }

    private static (KernelVersion Kernel, VfioPatches Patches) Read(string word) =>
        TryRead(word, out var kernel, out var patches, out var error) ? (kernel, patches) : throw new ArgumentException(error, nameof(word));

    /// <summary>A kernel, or a kernel and patches behind a plus sign.</summary>
    private static bool TryRead(string word, out KernelVersion kernel, out VfioPatches patches, out string? error)
    {
        (kernel, patches) = (default, VfioPatches.None);
        var plus = word.IndexOf('+', StringComparison.Ordinal);
        if (!KernelValues.Read(plus < 0 ? word : word[..plus], out var read, out error)) return false;
        kernel = read!.Value;
        if (plus < 0) return true;
        return VfioPatchSet.TryParse(word[(plus + 1)..], out patches, out error) && VfioPatchSet.TryApply(KernelProfiles.Resolve(kernel), patches, out _, out error);
    }

    private static string? Problem(string list)
    {
        var words = list.Split(',');
        if (words.Length < 2) return $"'{list}' is one column; give two or more, such as 6.12,7.3,{Fast}";
        foreach (var word in words)
        {
            if (word != Fast && !TryRead(word, out _, out _, out var error)) return error;
        }

        return words.GroupBy(word => word).FirstOrDefault(group => group.Count() > 1) is { } twice ? $"'{twice.Key}' stands there twice" : null;
    }
}
