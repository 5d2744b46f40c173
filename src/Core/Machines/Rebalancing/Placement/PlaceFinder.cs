using System.Numerics;

namespace Fast.Machines;

/// <summary>Finds a place for one block among what is taken, as each policy does.</summary>
internal static class PlaceFinder
{
    /// <summary>The place, or <see langword="null"/>.</summary>
    public static BusRange? Find(PlacementPolicy policy, BusRange window, IReadOnlyCollection<BusRange> taken, BlockShape shape) => policy switch
    {
        PlacementPolicy.BestFit => BestFit(FreeSpace.GapsOf(window, taken), shape),
        PlacementPolicy.Buddy => BestFit(BuddiesOf(window, taken), RoundedUp(shape)) is { } block ? shape.LowestIn(block) : null,
        PlacementPolicy.TightFit => TightFit(FreeSpace.GapsOf(window, taken), shape),
        _ => FirstFit(window, taken, shape),
    };

    /// <summary>The lowest place.</summary>
    public static BusRange? FirstFit(BusRange window, IEnumerable<BusRange> taken, BlockShape shape)
    {
        foreach (var gap in FreeSpace.GapsOf(window, taken))
        {
            if (shape.LowestIn(gap) is { } place) return place;
        }

        return null;
    }

    private static BusRange? BestFit(IEnumerable<BusRange> gaps, BlockShape shape)
    {
        var best = default((BusRange Place, ulong Gap)?);
        foreach (var gap in gaps)
        {
            if ((best is null || gap.Bytes < best.Value.Gap) && shape.LowestIn(gap) is { } place) best = (place, gap.Bytes);
        }

        return best?.Place;
    }

    /// <summary>The fewest bytes between it and a neighbour; among equals the smallest gap.</summary>
    private static BusRange? TightFit(IEnumerable<BusRange> gaps, BlockShape shape)
    {
        var best = default((BusRange Place, ulong Apart, ulong Gap)?);
        foreach (var gap in gaps)
        {
            foreach (var place in new[] { shape.LowestIn(gap), shape.HighestIn(gap) }.OfType<BusRange>())
            {
                var apart = Math.Min(place.Start - gap.Start, gap.Last - place.Last);
                if (best is null || (apart, gap.Bytes).CompareTo((best.Value.Apart, best.Value.Gap)) < 0) best = (place, apart, gap.Bytes);
            }
        }

        return best?.Place;
    }

    /// <summary>The free blocks of a binary split: each a power of two, naturally aligned, and as large as it can be. What is taken keeps its whole block.</summary>
    private static IEnumerable<BusRange> BuddiesOf(BusRange window, IEnumerable<BusRange> taken)
    {
        foreach (var gap in FreeSpace.GapsOf(window, taken.Select(Enclosing)))
        {
            for (var at = gap.Start; ;)
            {
                var left = gap.Last - at + 1;
                var largest = 1UL << BitOperations.Log2(left);
                var bytes = at == 0 ? largest : Math.Min(largest, at & (~at + 1));
                yield return BusRange.Of(at, bytes);
                if (bytes == left) break;
                at += bytes;
            }
        }
    }

    private static BusRange Enclosing(BusRange range)
    {
        var bits = 64 - BitOperations.LeadingZeroCount(range.Start ^ range.Last);
        var inside = (1UL << bits) - 1;
        return new BusRange(range.Start & ~inside, range.Last | inside);
    }

    private static BlockShape RoundedUp(BlockShape shape)
    {
        var bytes = BitOperations.RoundUpToPowerOf2(shape.Bytes);
        return new BlockShape(bytes, bytes);
    }
}
