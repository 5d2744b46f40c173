using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>A range map on its way through the levels. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct MapRequest
{
    /// <summary>Where tables come from.</summary>
    public required TableArena Arena;

    /// <summary>The table's invalidation protocol.</summary>
    public required Invalidation Invalidation;

    /// <summary>First input address.</summary>
    public required ulong Input;

    /// <summary>Last input address, inclusive.</summary>
    public required ulong Last;

    /// <summary>Output address minus input address: the range is contiguous, so it is one number.</summary>
    public required ulong Delta;

    /// <summary>What the leaves allow.</summary>
    public required Permissions Permissions;

    /// <summary>Largest leaf that may be used, as log2.</summary>
    public required int LargestShift;

    /// <summary>The root word of the table that is mapped into.</summary>
    public ulong Root;

    /// <summary>Everything of a leaf but its address, per level.</summary>
    public LeafBits Bits;

    /// <summary>Address of the first item that could not be written.</summary>
    public ulong FailedAt;

    /// <summary>Leaves written, by level.</summary>
    public LeafCounts Leaves;

    /// <summary>Notes where the request failed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MapStatus Fail(MapStatus status, ulong at)
    {
        FailedAt = at;
        return status;
    }

    /// <summary>One word per level.</summary>
    [InlineArray(LeafCounts.MaxLevels)]
    public struct LeafBits
    {
        private ulong _first;
    }
}
