namespace Fast.Linux;

/// <summary>
/// Lets a guest fault notice that what it looked up is not true any more (<c>mmu_invalidate_seq</c>, <c>mmu_invalidate_in_progress</c>). Writers hold the VM's mmu_lock; a
/// fault takes its snapshot, looks up and asks; without the lock the answer "must retry" is right, "need not" is only likely.
/// </summary>
public sealed class MmuInvalidations
{
    private long _inProgress;
    private long _sequence;
    private ulong _first;
    private ulong _last;

    /// <summary>Take this before the lookup.</summary>
    public long Snapshot() => Volatile.Read(ref _sequence);

    /// <summary>Whether a range that holds the frame is being invalidated, or any was since the snapshot (<c>mmu_invalidate_retry_gfn</c>).</summary>
    public bool MustRetry(long snapshot, Gfn gfn)
    {
        // The order matters: a writer counts before it leaves, so who sees no writer sees its count.
        if (Volatile.Read(ref _inProgress) != 0 && gfn.Value >= Volatile.Read(ref _first) && gfn.Value <= Volatile.Read(ref _last)) return true;
        return Volatile.Read(ref _sequence) != snapshot;
    }

    /// <summary>Announces a change; of several at once the range that holds them all counts (<c>kvm_mmu_invalidate_begin</c>, <c>_range_add</c>).</summary>
    internal void Begin(Gfn first, Gfn last)
    {
        var isFirst = _inProgress == 0;
        Volatile.Write(ref _first, isFirst ? first.Value : Math.Min(_first, first.Value));
        Volatile.Write(ref _last, isFirst ? last.Value : Math.Max(_last, last.Value));
        Interlocked.Increment(ref _inProgress);
    }

    internal void End()
    {
        Interlocked.Increment(ref _sequence);
        Interlocked.Decrement(ref _inProgress);
    }
}
