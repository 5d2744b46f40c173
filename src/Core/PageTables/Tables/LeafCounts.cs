using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>Number of leaves at each level.</summary>
[InlineArray(MaxLevels)]
public struct LeafCounts : IEquatable<LeafCounts>
{
    /// <summary>Most levels that a format has.</summary>
    public const int MaxLevels = 6;

    private ulong _first;

    /// <summary>Leaves of all levels together.</summary>
    public readonly ulong Total
    {
        get
        {
            ulong total = 0;
            foreach (var count in this) total += count;
            return total;
        }
    }

    /// <summary>Adds up level by level: four levels and two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in LeafCounts other)
    {
        ref var mine = ref this[0];
        ref readonly var theirs = ref other[0];
        (Vector256.LoadUnsafe(ref mine) + Vector256.LoadUnsafe(in theirs)).StoreUnsafe(ref mine);
        (Vector128.LoadUnsafe(ref mine, 4) + Vector128.LoadUnsafe(in theirs, 4)).StoreUnsafe(ref mine, 4);
    }

    /// <inheritdoc/>
    public readonly bool Equals(LeafCounts other) => ((ReadOnlySpan<ulong>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is LeafCounts other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3]);

    /// <summary>Compares level by level.</summary>
    public static bool operator ==(LeafCounts left, LeafCounts right) => left.Equals(right);

    /// <summary>Compares level by level.</summary>
    public static bool operator !=(LeafCounts left, LeafCounts right) => !left.Equals(right);

    /// <summary>Counts from level 0 upwards.</summary>
    public override readonly string ToString() => string.Join('/', ((ReadOnlySpan<ulong>)this).ToArray());
}
