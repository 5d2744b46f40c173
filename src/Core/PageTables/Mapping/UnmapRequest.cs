using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>A range unmap on its way through the levels. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct UnmapRequest
{
    /// <summary>Where tables go back to.</summary>
    public required TableArena Arena;

    /// <summary>First input address.</summary>
    public required ulong Input;

    /// <summary>Last input address, inclusive.</summary>
    public required ulong Last;

    /// <summary>Whether tables stay when the range covers all that they map, as Linux's zap leaves them.</summary>
    public required bool KeepTables;

    /// <summary>Leaves removed, by level.</summary>
    public LeafCounts Leaves;
}
