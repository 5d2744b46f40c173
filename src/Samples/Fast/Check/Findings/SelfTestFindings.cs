using System.Collections.Immutable;
using Fast.Host;
using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>What the self-test says about the machine, and about the tool.</summary>
internal static class SelfTestFindings
{
    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(ImmutableArray<SelfTestPart>? parts)
    {
        if (parts is { } all && all.Any(part => part.Hidden != 0))
            yield return new Finding("frames-hidden", Severity.Note, "/proc/self/pagemap", "the kernel hides page frame numbers from this user: sizes are shown, runs are not", "run as root (CAP_SYS_ADMIN)");
        foreach (var part in parts ?? [])
        {
            if (part.Agrees == false)
                yield return new Finding("runs-disagree", Severity.Error, part.Kind, "the engine's runs are not those of a reading page by page, five times over: either pages move all the time, or the engine is wrong", "run it again on an idle machine; if it stays, report it with the output of --json");
            if (part.Problem is { } problem)
                yield return new Finding("self-test-incomplete", Severity.Note, part.Kind, problem, "see the line itself; the other kinds are not affected");
        }
    }
}
