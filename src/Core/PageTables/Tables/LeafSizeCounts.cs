using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Number of leaves of each size. Several items that form one leaf are one leaf of their common size here; <see cref="LeafCounts"/> counts items by level.
/// Enumerates the sizes that occur, smallest first.
/// </summary>
public struct LeafSizeCounts : IEquatable<LeafSizeCounts>
{
    private const int Shifts = 64;
    private Counts _counts;

    /// <summary>Leaves of all sizes together.</summary>
    public readonly ulong Total
    {
        get
        {
            ulong total = 0;
            foreach (var count in (ReadOnlySpan<ulong>)_counts) total += count;
            return total;
        }
    }

    /// <summary>The largest size that occurs, or <see langword="null"/> when there is no leaf.</summary>
    public readonly PageSize? Largest => ((ReadOnlySpan<ulong>)_counts).LastIndexOfAnyExcept(0UL) is var shift and >= 0 ? new PageSize(shift) : null;

    /// <summary>Leaves of <paramref name="size"/>.</summary>
    public readonly ulong this[PageSize size] => _counts[size.Shift];

    /// <summary>Adds leaves of one size.</summary>
    public void Add(PageSize size, ulong count = 1) => _counts[size.Shift] += count;

    /// <summary>Adds up size by size.</summary>
    public void Add(in LeafSizeCounts other)
    {
        for (var shift = 0; shift < Shifts; shift++) _counts[shift] += other._counts[shift];
    }

    /// <summary>The sizes that occur and how often, smallest first. Allocates nothing.</summary>
    public readonly Enumerator GetEnumerator() => new(this);

    /// <inheritdoc/>
    public readonly bool Equals(LeafSizeCounts other) => ((ReadOnlySpan<ulong>)_counts).SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is LeafSizeCounts other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        ulong hash = 0;
        foreach (var count in (ReadOnlySpan<ulong>)_counts) hash = BitOperations.RotateLeft(hash, 5) ^ count;
        return hash.GetHashCode();
    }

    /// <summary>Compares size by size.</summary>
    public static bool operator ==(LeafSizeCounts left, LeafSizeCounts right) => left.Equals(right);

    /// <summary>Compares size by size.</summary>
    public static bool operator !=(LeafSizeCounts left, LeafSizeCounts right) => !left.Equals(right);

    /// <summary><c>2 x 1G + 3 x 4K</c>, largest first; <c>none</c> when there is no leaf.</summary>
    public override readonly string ToString()
    {
        var parts = new List<string>();
        foreach (var (size, count) in this) parts.Insert(0, string.Create(CultureInfo.InvariantCulture, $"{count} x {size}"));
        return parts.Count == 0 ? "none" : string.Join(" + ", parts);
    }

    /// <summary>Goes through the sizes that occur.</summary>
    public struct Enumerator
    {
        private readonly LeafSizeCounts _sizes;
        private int _shift = -1;

        internal Enumerator(in LeafSizeCounts sizes) => _sizes = sizes;

        /// <summary>A size, and how many leaves have it.</summary>
        public readonly (PageSize Size, ulong Count) Current => (new PageSize(_shift), _sizes._counts[_shift]);

        /// <summary>Goes to the next size that occurs.</summary>
        public bool MoveNext()
        {
            while (++_shift < Shifts)
            {
                if (_sizes._counts[_shift] != 0) return true;
            }

            return false;
        }
    }

    [InlineArray(Shifts)]
    private struct Counts
    {
        private ulong _first;
    }
}
