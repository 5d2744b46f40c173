namespace Fast.Machines;

/// <summary>What must hold after every config write.</summary>
public enum GuardRule
{
    /// <summary>No two ranges that are decoded on one bus overlap, nor two windows of ports beside each other.</summary>
    NoOverlap,

    /// <summary>No half of a 64-bit BAR changes while its function decodes, and no write to a BAR is lost because it does.</summary>
    NoHalfWrittenBar,

    /// <summary>Every live mapping of a peer points to where its BAR is.</summary>
    NoStalePeer,

    /// <summary>What must stay where it is stays, and stays switched on.</summary>
    NoImmovableMoved,

    /// <summary>No device is switched off under a driver that runs.</summary>
    NoRunningDriverCut,
}

/// <summary>A rule that did not hold.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Number">Number of the config write, from 1.</param>
/// <param name="Write">The write.</param>
/// <param name="What">What it left.</param>
public sealed record GuardViolation(GuardRule Rule, long Number, string Write, string What)
{
    /// <summary>One line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rule} after write {Number} ({Write}): {What}");
}
