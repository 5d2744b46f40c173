using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>What an operator can change, each tried by predicting again with that one thing changed, and then those that matter all at once.</summary>
internal static class PossibleChanges
{
    private const string OnlyTogether = " (only together with the others)";

    /// <summary>Tries all changes.</summary>
    /// <param name="request">What was predicted.</param>
    /// <param name="baseline">The prediction to compare with.</param>
    /// <param name="knowledge">Which release brings what.</param>
    /// <param name="predict">Predicts a request for its only host kernel.</param>
    internal static (ImmutableArray<PredictedChange> Changes, PredictedChange? Together) Of(
        PredictionRequest request, KernelPrediction baseline, Knowledge knowledge, Func<PredictionRequest, KernelPrediction> predict)
    {
        var start = request with { HostKernels = [baseline.Kernel.Version], Baseline = null };
        var possible = ChangeCandidates.Of(knowledge.Behaviours).Where(candidate => candidate.Applies(start, baseline.Kernel.Profile)).ToList();
        var needed = Needed([.. possible.Where(candidate => !candidate.IsAlternative)], start, baseline.Total.Sum.Center, predict);
        var changes = possible.Select(candidate => Try(candidate, needed.Count > 1 && needed.Contains(candidate))).OfType<PredictedChange>().ToList();
        var ranked = changes.Where(change => !change.IsAlternative).OrderByDescending(change => change.SavesSeconds)
            .Concat(changes.Where(change => change.IsAlternative)).ToImmutableArray();
        var best = All(needed, start);
        var together = needed.Count > 1 ? Change("together", "together: " + string.Join(" + ", needed.Select(candidate => candidate.Id)), best, isAlternative: false) : null;
        return (UnmapChanges.Advice(best, predict(best), knowledge.Behaviours, predict) is { } advice ? ranked.Add(advice) : ranked, together);

        PredictedChange? Try(ChangeCandidate candidate, bool isNeeded)
        {
            var change = Change(candidate.Id, candidate.Text, candidate.Apply(start), candidate.IsAlternative);
            if (change.SavesSeconds > 0) return change;
            return isNeeded ? change with { Text = change.Text + OnlyTogether, SavesSeconds = 0 } : null;
        }

        PredictedChange Change(string id, string text, PredictionRequest changed, bool isAlternative)
        {
            var after = predict(changed).Total;
            return new PredictedChange(id, text, baseline.Total.Sum.Center - after.Sum.Center, after, isAlternative);
        }
    }

    /// <summary>
    /// The changes of which none can be left out: one that saves nothing alone may be what another needs (an aligned mmap and huge leaves), and one that saves alone may be superfluous beside
    /// another. What is hardest to change is left out first: kernels stand at the front.
    /// </summary>
    private static List<ChangeCandidate> Needed(
        List<ChangeCandidate> candidates, PredictionRequest start, double before, Func<PredictionRequest, KernelPrediction> predict)
    {
        double Seconds(List<ChangeCandidate> set) => set.Count == 0 ? before : predict(All(set, start)).Total.Sum.Center;
        var set = candidates;
        var least = Seconds(set);
        foreach (var candidate in candidates)
        {
            var without = set.Where(each => each != candidate).ToList();
            var seconds = Seconds(without);
            if (seconds > least) continue;
            (set, least) = (without, seconds);
        }

        return set;
    }

    private static PredictionRequest All(List<ChangeCandidate> set, PredictionRequest start) => set.Aggregate(start, (request, candidate) => candidate.Apply(request));
}
