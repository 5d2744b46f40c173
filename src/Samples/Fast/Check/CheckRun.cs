using System.Collections.Immutable;
using Fast.Host;
using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>What was read of a machine, and what follows.</summary>
/// <param name="Tree">Where it was read.</param>
/// <param name="Facts">The facts.</param>
/// <param name="Residency">What the process's pagemap says of each of its areas; none where it may not be read.</param>
/// <param name="SelfTest">The parts of the self-test, if it was asked for.</param>
/// <param name="Findings">What holds, the most severe first.</param>
internal sealed record CheckRun(HostTree Tree, CheckFacts Facts, ImmutableArray<Residency?> Residency, ImmutableArray<SelfTestPart>? SelfTest, ImmutableArray<Finding> Findings)
{
    /// <summary>What could not be read; one line each.</summary>
    public IEnumerable<string> Notes => Facts.Machine.Notes.Concat(Tree.Refused.Count == 0 ? [] : [$"{Tree.Refused.Count} files may not be read by this user, {Tree.Refused.First()} for one"]);

    /// <summary>Reads.</summary>
    public static CheckRun Of(HostTree tree, int? id, bool selfTest, bool hugetlb, ProgressLine progress, CancellationToken cancellation)
    {
        var machine = MachineFacts.Read(tree);
        var process = id is { } number ? ProcessFacts.Read(tree, number) : null;
        var facts = new CheckFacts(machine, process);
        var residency = process is null ? [] : ResidencyOf(tree, process, progress, cancellation);
        ImmutableArray<SelfTestPart>? parts = null;
        if (selfTest)
        {
            var done = ImmutableArray.CreateBuilder<SelfTestPart>();
            foreach (var part in Host.SelfTest.Run(tree, hugetlb, seed: 1, cancellation)) done.Add(part);
            parts = done.ToImmutable();
        }

        return new CheckRun(tree, facts, residency, parts, [.. AllFindings.Of(facts).Concat(SelfTestFindings.Of(parts)).OrderByDescending(finding => finding.Severity)]);
    }

    private static ImmutableArray<Residency?> ResidencyOf(HostTree tree, ProcessFacts process, ProgressLine progress, CancellationToken cancellation)
    {
        using var map = Pagemap.TryOpen(tree, process.Id);
        var all = ImmutableArray.CreateBuilder<Residency?>(process.Areas.Length);
        foreach (var area in process.Areas)
        {
            cancellation.ThrowIfCancellationRequested();
            if (progress.IsDue) progress.Show($"reading pages: area {Numbers.Count(all.Count)} of {Numbers.Count(process.Areas.Length)}");
            // The kernel shows nothing of pfnmaps there.
            all.Add(map is null || area.IsVfio ? null : Host.Residency.Of(map, area.Start, area.End));
        }

        return all.ToImmutable();
    }
}
