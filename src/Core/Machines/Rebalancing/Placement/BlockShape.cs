namespace Fast.Machines;

/// <summary>What has to be placed: so many bytes, of which the one at <paramref name="Head"/> must lie at a multiple of <paramref name="Alignment"/>.</summary>
/// <param name="Bytes">Length.</param>
/// <param name="Alignment">A power of two.</param>
/// <param name="Head">Bytes before the aligned one: smaller BARs in front of the largest. 0 for a BAR by itself.</param>
internal readonly record struct BlockShape(ulong Bytes, ulong Alignment, ulong Head = 0)
{
    /// <summary>The lowest place in a gap.</summary>
    public BusRange? LowestIn(BusRange gap) => At(((gap.Start + Head + (Alignment - 1)) & ~(Alignment - 1)) - Head, gap);

    /// <summary>The highest place in a gap.</summary>
    public BusRange? HighestIn(BusRange gap)
    {
        if (gap.Bytes < Bytes) return null;
        var aligned = (gap.Last - (Bytes - 1) + Head) & ~(Alignment - 1);
        return aligned < Head ? null : At(aligned - Head, gap);
    }

    /// <summary>The place whose aligned byte is the last at or before an address.</summary>
    public BusRange? AtOrBefore(ulong address, BusRange within)
    {
        var aligned = (address + Head) & ~(Alignment - 1);
        return aligned < Head ? null : At(aligned - Head, within);
    }

    private BusRange? At(ulong start, BusRange within) => start >= within.Start && start <= within.Last && within.Last - start >= Bytes - 1 ? BusRange.Of(start, Bytes) : null;
}
