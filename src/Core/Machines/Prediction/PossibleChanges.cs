using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>What an operator can change, each tried by predicting again with that one thing changed.</summary>
internal static class PossibleChanges
{
    /// <summary>Tries all changes.</summary>
    /// <param name="request">What was predicted.</param>
    /// <param name="baseline">The prediction to compare with.</param>
    /// <param name="knowledge">Which release brings what.</param>
    /// <param name="predict">Predicts a request for its only host kernel.</param>
    internal static (ImmutableArray<PredictedChange> Changes, PredictedChange? Together) Of(
        PredictionRequest request, KernelPrediction baseline, Knowledge knowledge, Func<PredictionRequest, KernelPrediction> predict)
    {
        var start = request with { HostKernels = [baseline.Kernel.Version], Baseline = null };
        var profile = baseline.Kernel.Profile;
        var changes = new List<(PredictedChange Change, PredictionRequest Request)>();
        var together = start;
        foreach (var candidate in ChangeCandidates.Of(knowledge.Behaviours))
        {
            if (!candidate.Applies(start, profile)) continue;
            var changed = candidate.Apply(start);
            var change = Try(candidate.Id, candidate.Text, changed, candidate.IsAlternative);
            if (change.SavesSeconds <= 0) continue;
            changes.Add((change, changed));
            if (candidate.IsAlternative) continue;
            // A kernel that has the mask already is replaced to unmap by entry; not only to be rid of the THP policy, which is changed more easily.
            var replaces = !profile.Has(VfioPatches.All) || UnmapChanges.LosesEntries(start.Iommu, profile);
            if (candidate.Id != ChangeCandidates.HostKernel || replaces) together = candidate.Apply(together);
        }

        var plain = changes.Where(each => !each.Change.IsAlternative).ToList();
        var ranked = plain.Select(each => each.Change).OrderByDescending(change => change.SavesSeconds)
            .Concat(changes.Select(each => each.Change).Where(change => change.IsAlternative)).ToImmutableArray();
        var all = plain.Count > 1 ? Try("together", "all of these, without the alternatives", together, isAlternative: false) : null;
        var best = plain.Count == 1 ? plain[0].Request : together;
        return (UnmapChanges.Advice(best, predict(best), knowledge.Behaviours, predict) is { } advice ? ranked.Add(advice) : ranked, all);

        PredictedChange Try(string id, string text, PredictionRequest changed, bool isAlternative)
        {
            var after = predict(changed).Total;
            return new PredictedChange(id, text, baseline.Total.Sum.Center - after.Sum.Center, after, isAlternative);
        }
    }
}
