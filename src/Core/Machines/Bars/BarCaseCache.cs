using Fast.Linux;

namespace Fast.Machines;

/// <summary>
/// Executes each distinct case once and serves equal ones from memory; says how often it did which. Releases with the same profile are the same
/// case. One thread at a time.
/// </summary>
public sealed class BarCaseCache
{
    private readonly Dictionary<Key, BarOutcome> _outcomes = [];

    /// <summary>Cases that were executed.</summary>
    public int Executed => _outcomes.Count;

    /// <summary>Requests that were served from an earlier execution.</summary>
    public int Repeated { get; private set; }

    /// <summary>The outcome of a case.</summary>
    public BarOutcome Run(BarCase barCase, IProgress<BarProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(barCase);
        var key = new Key(barCase);
        if (_outcomes.TryGetValue(key, out var outcome))
        {
            Repeated++;
            return outcome;
        }

        outcome = BarExperiment.Run(barCase, progress, cancellation: cancellation);
        _outcomes.Add(key, outcome);
        return outcome;
    }

    /// <summary>All of a case that an execution depends on: the profile instead of the release.</summary>
    private sealed record Key(
        ulong BarBytes, ulong Offset, ulong Bytes, KernelProfile Profile, MapPath Path, bool Warm, ulong VaSkew, ulong IovaSkew, ThpPolicy Thp, IommuKind Iommu, TrappedPages? Trapped, BarConditions Conditions)
    {
        public Key(BarCase from)
            : this(
                from.BarBytes, from.Offset, from.Bytes, from.Profile, from.Path, from.Warm, from.VaSkew, from.IovaSkew, from.Thp, from.Iommu, from.Trapped, from.Conditions)
        {
        }
    }
}
