using System.Numerics;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A caller's bitmap of written pages (<c>iova_bitmap</c>): what lies outside of its range has no bit.</summary>
/// <param name="range">The range.</param>
/// <param name="pageBytes">What a bit stands for; a power of two.</param>
/// <param name="bitmap">Bits, lowest first. Bits are set, none is cleared.</param>
internal readonly ref struct DirtyReport(IovaRange range, ulong pageBytes, Span<ulong> bitmap)
{
    private readonly Span<ulong> _bitmap = bitmap;

    /// <summary>Notes that a range was written: each page of which it holds a part.</summary>
    public void Add(IovaRange written)
    {
        var first = Math.Max(written.Start.Value, range.Start.Value);
        var last = Math.Min(written.Last.Value, range.Last.Value);
        if (first > last) return;
        var shift = BitOperations.TrailingZeroCount(pageBytes);
        var (from, to) = ((first - range.Start.Value) >> shift, (last - range.Start.Value) >> shift);
        DirtyBits.Set(_bitmap, from, to - from + 1);
    }
}
