using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What an operator can change, each tried by predicting again with that one thing changed.</summary>
internal static class PossibleChanges
{
    // The oldest releases that were counted with what the change brings.
    private static readonly KernelVersion HostWithMask = new(6, 16);
    private static readonly KernelVersion HostWithoutThpGate = new(7, 2);
    private static readonly KernelVersion GuestWithBatchedSizing = new(6, 14);

    // A device on the root bus is an integrated endpoint to its driver; what that would save is said, and not added to the rest.
    private const string RootBus = "root-bus";

    private static readonly Candidate[] Candidates =
    [
        new("host-kernel", "host: Linux 6.15 or newer (6.16 was counted) looks a BAR up by its leaves, not 4K at a time",
            (request, profile) => request.Thp == ThpPolicy.Always && !profile.Has(VfioPatches.All) && !request.Iommu.Geometry.HasFineGrainedSuperPages,
            request => request with { HostKernels = [HostWithMask] }),
        new("host-kernel", "host: Linux 6.15 to 6.19 (6.16 was counted) looks a BAR up by its leaves, not 4K at a time, and unmaps this IOMMU by its entries",
            (request, profile) => request.Thp == ThpPolicy.Always && !profile.Has(VfioPatches.All) && request.Iommu.Geometry.HasFineGrainedSuperPages,
            request => request with { HostKernels = [HostWithMask] }),
        new("host-kernel", "host: Linux 7.2 or newer looks a BAR up by its leaves, and gives it huge ones whatever transparent_hugepage says",
            (request, profile) => request.Thp != ThpPolicy.Always && (!profile.Has(VfioPatches.All) || profile.ThpGatesPfnmaps),
            request => request with { HostKernels = [HostWithoutThpGate] }),
        new("host-kernel", "host: Linux 6.15 to 6.19 (6.16 was counted) unmaps this IOMMU entry by entry; 7.0 and newer ask it for every 4K",
            (request, profile) => UnmapChanges.LosesEntries(request.Iommu, profile),
            request => request with { HostKernels = [UnmapChanges.LastByEntry] }),
        new("thp", "host: set /sys/kernel/mm/transparent_hugepage/enabled to always; this kernel lets it decide about the leaves of BARs",
            (request, profile) => request.Thp != ThpPolicy.Always && profile.ThpGatesPfnmaps,
            request => request with { Thp = ThpPolicy.Always }),
        new("guest-kernel", "guest: Linux 6.14 or newer sizes all BARs of a function with decode off once",
            (request, _) => request.GuestKernel < GuestWithBatchedSizing,
            request => request with { GuestKernel = GuestWithBatchedSizing }),
        new(RootBus, "VMM: attach the devices to the root bus; a bridge above is switched off and on when the guest sizes it, and takes everything behind it along",
            (request, _) => request.BridgesAbove > 0,
            request => request with { BridgesAbove = 0 }),
        new("align-mmap", "VMM: map BARs at addresses equal to the physical ones modulo 1G, as QEMU 9.2 and newer do",
            (request, _) => request.VaSkew % PageSize.Size1G.Bytes != 0,
            request => request with { VaSkew = 0 }),
    ];

    /// <summary>Tries all changes.</summary>
    /// <param name="request">What was predicted.</param>
    /// <param name="baseline">The prediction to compare with.</param>
    /// <param name="predict">Predicts a request for its only host kernel.</param>
    internal static (ImmutableArray<PredictedChange> Changes, PredictedChange? Together) Of(
        PredictionRequest request, KernelPrediction baseline, Func<PredictionRequest, KernelPrediction> predict)
    {
        var start = request with { HostKernels = [baseline.Kernel.Version], Baseline = null };
        var profile = baseline.Kernel.Profile;
        var changes = new List<(PredictedChange Change, PredictionRequest Request)>();
        var together = start;
        var summed = 0;
        foreach (var candidate in Candidates)
        {
            if (!candidate.Applies(start, profile)) continue;
            var changed = candidate.Apply(start);
            var change = Try(candidate.Id, candidate.Text, changed);
            if (change.SavesSeconds <= 0) continue;
            changes.Add((change, changed));
            // A kernel that has the mask already is replaced to unmap by entry; not only to be rid of the THP policy, which is changed more easily.
            var replaces = !profile.Has(VfioPatches.All) || UnmapChanges.LosesEntries(start.Iommu, profile);
            if (candidate.Id == RootBus) continue;
            if (candidate.Id != "host-kernel" || replaces) together = candidate.Apply(together);
            summed++;
        }

        var ranked = changes.Select(each => each.Change).OrderByDescending(change => change.SavesSeconds).ToImmutableArray();
        var all = summed > 1 ? Try("together", "all of these without moving devices to another bus", together) : null;
        var best = changes.Count == 1 && summed == 1 ? changes[0].Request : together;
        return (ranked.Add(UnmapChanges.Advice(best, predict(best), predict)), all);

        PredictedChange Try(string id, string text, PredictionRequest changed)
        {
            var after = predict(changed).Total;
            return new PredictedChange(id, text, baseline.Total.Sum.Center - after.Sum.Center, after);
        }
    }

    private sealed record Candidate(string Id, string Text, Func<PredictionRequest, KernelProfile, bool> Applies, Func<PredictionRequest, PredictionRequest> Apply);
}
