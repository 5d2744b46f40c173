namespace Fast.PageTables;

/// <summary>
/// Lets a reader that keeps a result check later that it still holds. KVM's protocol (virt/kvm/kvm_main.c, <c>mmu_invalidate_seq</c>): the
/// reader takes a snapshot, walks, and validates when it uses the result; a writer announces itself, changes entries, and counts.
/// </summary>
public sealed class Invalidation
{
    private long _inProgress;
    private long _sequence;

    /// <summary>Take this before the walk.</summary>
    public Snapshot Take() => new(Volatile.Read(ref _sequence));

    /// <summary>Whether nothing was invalidated since the snapshot and nobody is invalidating now.</summary>
    public bool Holds(Snapshot snapshot)
    {
        // What was read of the tables, in vectors too, was read before the counters are.
        Volatile.ReadBarrier();
        // The order matters: a writer counts before it leaves, so who sees no writer sees its count.
        if (Volatile.Read(ref _inProgress) != 0) return false;
        return Volatile.Read(ref _sequence) == snapshot.Sequence;
    }

    /// <summary>Begins a change; disposing ends it, also when it failed half way.</summary>
    internal Change Begin()
    {
        Interlocked.Increment(ref _inProgress);
        return new Change(this);
    }

    /// <summary>A change in progress.</summary>
    internal readonly ref struct Change(Invalidation invalidation)
    {
        public void Dispose()
        {
            Interlocked.Increment(ref invalidation._sequence);
            Interlocked.Decrement(ref invalidation._inProgress);
        }
    }

    /// <summary>A moment in the life of a table.</summary>
    public readonly record struct Snapshot
    {
        internal Snapshot(long sequence) => Sequence = sequence;

        internal long Sequence { get; }
    }
}
