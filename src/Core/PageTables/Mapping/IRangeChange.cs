using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>
/// What happens where a visit of a range finds something. Implemented by structs, so that the JIT makes one traversal of each format into an unmap, a
/// protect, a harvest. Every member returns whether the visit goes on, unless it says otherwise.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IRangeChange
{
    /// <summary>At an item above the last level that is not present; it need not be zero.</summary>
    static virtual bool AtHole(ref ChangeRequest request, ulong item) => true;

    /// <summary>At a leaf item above the last level.</summary>
    /// <param name="request">The visit.</param>
    /// <param name="items">Item 0 of the table.</param>
    /// <param name="index">The item.</param>
    /// <param name="input">First input address of the range in the item.</param>
    static abstract bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel;

    /// <summary>At a stretch of the last level; any of its items may be empty.</summary>
    /// <param name="request">The visit.</param>
    /// <param name="items">Item 0 of the table.</param>
    /// <param name="first">First item of the stretch.</param>
    /// <param name="count">Its length in items.</param>
    /// <param name="input">Input address of its first item.</param>
    static abstract bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel;

    /// <summary>At an entry that points to a table which the range covers whole. Returns whether it took the table out: then the table is freed, and with it all below.</summary>
    static virtual bool AtTable<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel => false;
}
