using Fast.Machines;
using FsCheck;
using FsCheck.Fluent;
using static Fast.Tests.RebalanceRig;

namespace Fast.Tests;

/// <summary>Each policy against the plainest way to say it: every place of a small window is looked at.</summary>
public sealed class PlacementTests
{
    private const ulong Unit = 64 << 10;
    private const ulong Start = 64 * G;
    private const int Units = 48;
    private static readonly BusRange Window = BusRange.Of(Start, Units * Unit);

    private sealed record Layout(bool[] Taken, int Log2, int Head)
    {
        public BlockShape Shape => new((Unit << Log2) + ((ulong)Head * Unit), Unit << Log2, (ulong)Head * Unit);

        public List<BusRange> Ranges => [.. Enumerable.Range(0, Units).Where(at => Taken[at]).Select(at => BusRange.Of(Start + ((ulong)at * Unit), Unit))];

        public override string ToString() => $"{new string([.. Taken.Select(taken => taken ? '#' : '.')])} wants {1 << Log2} units after {Head}";
    }

    private static readonly Arbitrary<Layout> Layouts = Arb.From(
        from taken in Gen.Frequency((2, Gen.Constant(false)), (1, Gen.Constant(true))).ArrayOf(Units)
        from log2 in Gen.Choose(0, 4)
        from head in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        select new Layout(taken, log2, head),
        layout => Enumerable.Range(0, Units).Where(at => layout.Taken[at]).Select(at => layout with { Taken = [.. layout.Taken.Select((taken, other) => taken && other != at)] }));

    private static void Hold(Action<Layout> property) => Prop.ForAll(Layouts, property).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(400).WithReplay(20261127, 17));

    [Test]
    public void A_place_is_free_aligned_and_inside_and_there_is_one_if_any_place_is([Values] PlacementPolicy policy) => Hold(layout =>
    {
        var free = Free(layout);
        var place = PlaceFinder.Find(policy, Window, layout.Ranges, layout.Shape);
        if (policy != PlacementPolicy.Buddy) Assert.That(place is not null, Is.EqualTo(free.Count > 0));
        if (place is { } found) Assert.That(free, Does.Contain(found));
    });

    [Test]
    public void First_fit_is_the_lowest_place() => Hold(layout =>
    {
        var free = Free(layout);
        Assert.That(PlaceFinder.Find(PlacementPolicy.FirstFit, Window, layout.Ranges, layout.Shape), Is.EqualTo(free.Count > 0 ? free[0] : (BusRange?)null));
    });

    [Test]
    public void Best_fit_is_in_no_larger_gap_than_any_other_place() => Hold(layout =>
    {
        if (PlaceFinder.Find(PlacementPolicy.BestFit, Window, layout.Ranges, layout.Shape) is not { } place) return;
        Assert.That(GapAround(layout, place), Is.EqualTo(Free(layout).Min(other => GapAround(layout, other))));
    });

    [Test]
    public void Tight_fit_is_as_near_to_a_neighbour_as_any_place() => Hold(layout =>
    {
        if (PlaceFinder.Find(PlacementPolicy.TightFit, Window, layout.Ranges, layout.Shape) is not { } place) return;
        Assert.That(Apart(layout, place), Is.EqualTo(Free(layout).Min(other => Apart(layout, other))));
    });

    /// <summary>A binary split says so for BARs, which are powers of two: no larger aligned block than needed is broken up.</summary>
    [Test]
    public void Buddy_breaks_the_smallest_block_that_holds_it() => Hold(layout =>
    {
        if (layout.Head > 0) return;
        var place = PlaceFinder.Find(PlacementPolicy.Buddy, Window, layout.Ranges, layout.Shape);
        var blocks = Free(layout).Select(other => BlockAround(layout, other)).ToList();
        Assert.That(place is { } found ? BlockAround(layout, found) : 0, Is.EqualTo(blocks.Count > 0 ? blocks.Min() : 0));
    });

    [Test]
    public void Free_space_is_what_counting_says() => Hold(layout =>
    {
        var free = FreeSpace.Of(Window, layout.Ranges);
        var gaps = new string([.. layout.Taken.Select(taken => taken ? '#' : '.')]).Split('#', StringSplitOptions.RemoveEmptyEntries);
        var largest = Enumerable.Range(0, 6).LastOrDefault(log2 => Free(layout with { Log2 = log2, Head = 0 }).Count > 0, -1);
        Assert.Multiple(() =>
        {
            Assert.That(free.Total, Is.EqualTo((ulong)layout.Taken.Count(taken => !taken) * Unit));
            Assert.That(free.Gaps, Is.EqualTo(gaps.Length));
            Assert.That(free.LargestGap, Is.EqualTo((ulong)gaps.Select(gap => gap.Length).DefaultIfEmpty().Max() * Unit));
            Assert.That(free.LargestAligned, Is.EqualTo(largest < 0 ? 0 : Unit << largest));
        });
    });

    private static List<BusRange> Free(Layout layout)
    {
        var places = new List<BusRange>();
        for (var at = 0; at < Units; at++)
        {
            var range = BusRange.Of(Start + ((ulong)at * Unit), layout.Shape.Bytes);
            if ((range.Start + layout.Shape.Head) % layout.Shape.Alignment == 0 && Window.Contains(range) && layout.Ranges.TrueForAll(taken => !taken.Overlaps(range))) places.Add(range);
        }

        return places;
    }

    private static (int First, int Last) GapOf(Layout layout, BusRange place)
    {
        var (first, last) = ((int)((place.Start - Start) / Unit), (int)((place.Last - Start) / Unit));
        while (first > 0 && !layout.Taken[first - 1]) first--;
        while (last < Units - 1 && !layout.Taken[last + 1]) last++;
        return (first, last);
    }

    private static int GapAround(Layout layout, BusRange place)
    {
        var (first, last) = GapOf(layout, place);
        return last - first + 1;
    }

    private static ulong Apart(Layout layout, BusRange place)
    {
        var (first, last) = GapOf(layout, place);
        return Math.Min(place.Start - (Start + ((ulong)first * Unit)), Start + ((ulong)(last + 1) * Unit) - 1 - place.Last);
    }

    private static ulong BlockAround(Layout layout, BusRange place)
    {
        var bytes = place.Bytes;
        while (true)
        {
            var larger = BusRange.Of(place.Start & ~((bytes * 2) - 1), bytes * 2);
            if (!Window.Contains(larger) || layout.Ranges.Exists(taken => taken.Overlaps(larger))) return bytes;
            bytes *= 2;
        }
    }
}
