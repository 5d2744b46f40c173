using Fast.PageTables;

namespace Fast.Host;

/// <summary>A stretch of input addresses without a hole and with the same permissions, whatever it maps to.</summary>
/// <param name="Start">First address.</param>
/// <param name="Last">Last address, inclusive.</param>
/// <param name="Permissions">What every translation in it allows.</param>
/// <param name="Runs">How many stretches are contiguous in output addresses too.</param>
public readonly record struct ImageArea(Iova Start, Iova Last, Permissions Permissions, ulong Runs)
{
    /// <summary>Number of 4 KiB pages.</summary>
    public ulong Pages => Range.Pages;

    /// <summary>Its addresses.</summary>
    public IovaRange Range => IovaRange.Inclusive(Start, Last);
}
