namespace Fast.PageTables.Interleaving.Tests;

/// <summary>
/// One lookup as KVM does it: snapshot, walk, validate. What the walk yields must have been true at one instant while it ran; what was validated must be true
/// when it was.
/// </summary>
internal sealed class Lookup<TFormat>(Stage<TFormat> stage, Interleaver interleaver, Iova input)
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    private readonly HashSet<Leaf?> _seen = [];
    private bool _isWalking;

    /// <summary>Notes what is true now.</summary>
    public void Watch()
    {
        if (_isWalking) _seen.Add(stage.Now(input));
    }

    public void Run()
    {
        using var inside = stage.Arena.EnterReader();
        var snapshot = stage.Table.Invalidation.Take();
        _seen.Clear();
        _isWalking = true;
        Watch();
        Leaf? found = stage.Table.Follow(input, out var leaf) ? leaf : null;
        _isWalking = false;
        if (!_seen.Contains(found)) interleaver.Report($"the walk of {input} yields {Tell(found)}, but while it ran there was {string.Join(", then ", _seen.Select(Tell))}");
        Interleaver.Yield();
        if (found is not null && stage.Table.Invalidation.Holds(snapshot) && stage.Now(input) != found)
            interleaver.Report($"{Tell(found)} at {input} was validated, but there is {Tell(stage.Now(input))}");
    }

    private static string Tell(Leaf? leaf) => leaf?.ToString() ?? "nothing";
}
