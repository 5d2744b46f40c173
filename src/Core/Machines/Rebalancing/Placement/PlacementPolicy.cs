namespace Fast.Machines;

/// <summary>Where something new goes.</summary>
public enum PlacementPolicy
{
    /// <summary>The lowest place that is free: what Linux does with a device that is plugged in.</summary>
    FirstFit,

    /// <summary>The lowest place in the smallest gap that holds it.</summary>
    BestFit,

    /// <summary>The smallest free block of a binary split of the window.</summary>
    Buddy,

    /// <summary>
    /// Against a neighbour, whichever end of a gap that is; and a port's window no longer than what lies in it, with the smaller BARs in front of the largest where that finds a
    /// place (the head alignment of Linux 7.0), else behind it.
    /// </summary>
    TightFit,

    /// <summary>Everything is placed anew each time, the largest first: what firmware does at boot. Whatever changes its place is moved.</summary>
    LargestFirstRepack,
}
