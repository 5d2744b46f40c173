using System.Collections.Immutable;
using Fast.Host;
using Fast.Tool.Walk;

namespace Fast.Tool.Check;

/// <summary>One kind of memory in the self-test. Runs are null where the kernel hides frames; the first of them are listed.</summary>
internal sealed record SelfTestView(string Kind, ulong Bytes, ulong PresentPages, ulong HiddenPages, IReadOnlyDictionary<string, long> Leaves, int? RunCount, ulong? LongestRunPages, bool? Agrees, ImmutableArray<MappedRunView> First, string? Problem)
{
    private const int Listed = 5;

    /// <summary>A view of <paramref name="part"/>.</summary>
    public static SelfTestView Of(SelfTestPart part)
    {
        var isKnown = part.Hidden == 0 && part.Present != 0;
        return new SelfTestView(
            part.Kind, part.Bytes, part.Present, part.Hidden, Tool.Leaves.BySize(part.Leaves), isKnown ? part.Runs.Length : null, isKnown ? part.Runs.Max(run => run.Pages) : null, part.Agrees,
            [.. part.Runs.Take(Listed).Select(MappedRunView.Of)], part.Problem);
    }
}
