using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Lets a reader that keeps a result check later that it still holds. KVM's protocol (virt/kvm/kvm_main.c, <c>mmu_invalidate_seq</c>): the
/// reader takes a snapshot, walks, and validates when it uses the result; a writer announces itself, changes entries, and counts.
/// </summary>
public sealed class Invalidation
{
    // Writers that are at it in the low bits, changes that were finished above them: one word, so that a check is one comparison.
    private const int SequenceShift = 16;
    private const long Writers = (1L << SequenceShift) - 1;
    private long _word;

    /// <summary>Take this before the walk. A snapshot taken while somebody changes entries holds never.</summary>
    public Snapshot Take() => Volatile.Read(ref _word) is var word && (word & Writers) == 0 ? new(word) : new(-1);

    /// <summary>Whether nothing was invalidated since the snapshot and nobody is invalidating now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Holds(Snapshot snapshot)
    {
        // What was read of the tables, in vectors too, was read before the word is.
        Volatile.ReadBarrier();
        return Volatile.Read(ref _word) == snapshot.Word;
    }

    /// <summary>Begins a change; disposing ends it, also when it failed half way.</summary>
    internal Change Begin()
    {
        Interlocked.Increment(ref _word);
        return new Change(this);
    }

    /// <summary>The same before something is read and not after: a cursor asks whether what it remembers still counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsStill(Snapshot snapshot) => Volatile.Read(ref _word) == snapshot.Word;

    /// <summary>A change in progress.</summary>
    internal readonly ref struct Change(Invalidation invalidation)
    {
        // Counts and leaves at once: who sees no writer sees its count.
        public void Dispose() => Interlocked.Add(ref invalidation._word, (1L << SequenceShift) - 1);
    }

    /// <summary>A moment in the life of a table.</summary>
    public readonly record struct Snapshot
    {
        internal Snapshot(long word) => Word = word;

        internal long Word { get; }
    }
}
