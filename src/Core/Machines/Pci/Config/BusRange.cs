namespace Fast.Machines;

/// <summary>Addresses of a bus, both ends inclusive; never empty.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Last">Last byte.</param>
public readonly record struct BusRange(ulong Start, ulong Last)
{
    /// <summary>The range of that length.</summary>
    public static BusRange Of(ulong start, ulong bytes) => new(start, start + (bytes - 1));

    /// <summary>Length; 0 for all 2^64 bytes.</summary>
    public ulong Bytes => Last - Start + 1;

    /// <summary>Whether all of <paramref name="other"/> lies inside.</summary>
    public bool Contains(BusRange other) => other.Start >= Start && other.Last <= Last;

    /// <summary>Whether both have a byte in common.</summary>
    public bool Overlaps(BusRange other) => other.Start <= Last && Start <= other.Last;

    /// <summary>What both have in common, or <see langword="null"/>.</summary>
    public BusRange? Intersect(BusRange other) =>
        Overlaps(other) ? new BusRange(Math.Max(Start, other.Start), Math.Min(Last, other.Last)) : null;

    /// <summary><c>0x380000000000-0x381fffffffff</c>.</summary>
    public override string ToString() => $"0x{Start:x}-0x{Last:x}";
}
