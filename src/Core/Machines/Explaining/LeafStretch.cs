using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>A stretch of a BAR that leaves of one size translate.</summary>
/// <param name="Offset">Its first byte in the BAR.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Leaf">The size; <see langword="null"/> where nothing translates it.</param>
/// <param name="Blocked">Why larger ones do not, the next larger first; empty when there is none larger.</param>
public sealed record LeafStretch(ulong Offset, ulong Bytes, PageSize? Leaf, ImmutableArray<BlockedLeaf> Blocked)
{
    /// <summary>Number of leaves.</summary>
    public ulong Leaves => Leaf is { } leaf ? Bytes >> leaf.Shift : 0;

    /// <summary>The first rule that keeps a larger leaf away.</summary>
    public BlockedLeaf? First => Blocked.IsEmpty ? null : Blocked[0];
}

/// <summary>A leaf that is not there.</summary>
/// <param name="Leaf">Its size.</param>
/// <param name="Rule">The first rule that keeps it away.</param>
/// <param name="Why">The arithmetic, in one line.</param>
/// <param name="Remedy">What would bring it, in one line; <see langword="null"/> when nothing can.</param>
public sealed record BlockedLeaf(PageSize Leaf, LeafRule Rule, string Why, string? Remedy);
