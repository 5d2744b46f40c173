namespace Fast.Machines;

/// <summary>Addresses of a bus, or bytes of a BAR, both ends inclusive; never empty.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Last">Last byte.</param>
public readonly record struct BusRange(ulong Start, ulong Last)
{
    private const ulong PageOffset = 4095;

    /// <summary>The range of that length.</summary>
    public static BusRange Of(ulong start, ulong bytes) => new(start, start + (bytes - 1));

    /// <summary>Length; 0 for all 2^64 bytes.</summary>
    public ulong Bytes => Last - Start + 1;

    /// <summary>Whether all of <paramref name="other"/> lies inside.</summary>
    public bool Contains(BusRange other) => other.Start >= Start && other.Last <= Last;

    /// <summary>Whether both have a byte in common.</summary>
    public bool Overlaps(BusRange other) => other.Start <= Last && Start <= other.Last;

    /// <summary>The whole pages of 4 KiB that it touches.</summary>
    public BusRange WholePages => new(Start & ~PageOffset, Last | PageOffset);

    /// <summary>What is left of it, in at most two pieces, without what lies in <paramref name="hole"/>.</summary>
    public IEnumerable<BusRange> Without(BusRange hole)
    {
        if (!Overlaps(hole))
        {
            yield return this;
            yield break;
        }

        if (Start < hole.Start) yield return new BusRange(Start, hole.Start - 1);
        if (Last > hole.Last) yield return new BusRange(hole.Last + 1, Last);
    }

    /// <summary>What both have in common, or <see langword="null"/>.</summary>
    public BusRange? Intersect(BusRange other) =>
        Overlaps(other) ? new BusRange(Math.Max(Start, other.Start), Math.Min(Last, other.Last)) : null;

    /// <summary><c>0x380000000000-0x381fffffffff</c>.</summary>
    public override string ToString() => $"0x{Start:x}-0x{Last:x}";
}
