using System.Collections.Immutable;
using System.CommandLine;
using Fast.Linux;
using Fast.Tool.CommandLine;

namespace Fast.Tool.Map;

/// <summary>What <c>--compare</c> puts side by side: kernels and the fast path.</summary>
internal static class MapColumns
{
    private const string Fast = "fast";

    /// <summary>The option: alone, or with a list.</summary>
    public static Option<string?> Option() => new("--compare")
    {
        HelpName = "LIST",
        Description = "Kernels and fast, side by side, such as 6.1,6.12,7.3,fast (without LIST: every kernel that was counted, and the fast path).",
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
    public static ImmutableArray<(KernelVersion Kernel, MapPath Path)> Of(string? list)
    {
        var words = list?.Split(',') ?? [.. LabCounts.Default.Kernels.Select(KernelValues.Parse).Order().Select(kernel => kernel.ToString()), Fast];
        var kernels = words.Where(word => word != Fast).Select(KernelValues.Parse).ToList();
        // The fast path runs on the newest of the kernels beside it: their faults are its own.
        var newest = kernels.Count == 0 ? KernelProfiles.Newest : kernels.Max();
        return [.. words.Select(word => word == Fast ? (newest, MapPath.Fast) : (KernelValues.Parse(word), MapPath.Kernel))];
    }

    private static string? Problem(string list)
    {
        var words = list.Split(',');
        if (words.Length < 2) return $"'{list}' is one column; give two or more, such as 6.12,7.3,{Fast}";
        foreach (var word in words)
        {
            if (word != Fast && !KernelValues.Read(word, out _, out var error)) return error;
        }

        return words.GroupBy(word => word).FirstOrDefault(group => group.Count() > 1) is { } twice ? $"'{twice.Key}' stands there twice" : null;
    }
}
