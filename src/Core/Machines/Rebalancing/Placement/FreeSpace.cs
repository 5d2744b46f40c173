using System.Numerics;

namespace Fast.Machines;

/// <summary>What of a window is not taken.</summary>
/// <param name="Total">All bytes together.</param>
/// <param name="LargestGap">Bytes of the largest stretch.</param>
/// <param name="LargestAligned">The largest power of two that lies somewhere in it naturally aligned: the largest BAR that fits.</param>
/// <param name="Gaps">Number of stretches.</param>
public readonly record struct FreeSpace(ulong Total, ulong LargestGap, ulong LargestAligned, int Gaps)
{
    /// <summary>1 − largest / total: 0 when all free bytes lie in one stretch.</summary>
    public double Fragmentation => Total == 0 ? 0 : 1 - ((double)LargestGap / Total);

    /// <summary>Measures a window.</summary>
    internal static FreeSpace Of(BusRange window, IEnumerable<BusRange> taken)
    {
        var (total, largest, aligned, gaps) = (0UL, 0UL, 0UL, 0);
        foreach (var gap in GapsOf(window, taken))
        {
            gaps++;
            total += gap.Bytes;
            largest = Math.Max(largest, gap.Bytes);
            aligned = Math.Max(aligned, AlignedIn(gap));
        }

        return new FreeSpace(total, largest, aligned, gaps);
    }

    /// <summary>The stretches of a window that nothing is taken of, from the lowest up.</summary>
    internal static IEnumerable<BusRange> GapsOf(BusRange window, IEnumerable<BusRange> taken)
    {
        var from = window.Start;
        foreach (var range in taken.Where(window.Overlaps).OrderBy(range => range.Start))
        {
            if (range.Start > from) yield return new BusRange(from, range.Start - 1);
            if (range.Last >= window.Last) yield break;
            from = Math.Max(from, range.Last + 1);
        }

        yield return new BusRange(from, window.Last);
    }

    private static ulong AlignedIn(BusRange gap)
    {
        for (var bytes = 1UL << BitOperations.Log2(gap.Bytes); bytes > 0; bytes >>= 1)
        {
            if (new BlockShape(bytes, bytes).LowestIn(gap) is not null) return bytes;
        }

        return 0;
    }
}
