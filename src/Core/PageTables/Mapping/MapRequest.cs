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

    // Tables of a stretch that are not used yet.
    private ulong _nextTable;
    private uint _tablesLeft;
    private int _tableBytes;

    /// <summary>
    /// Takes a last table that will be full, uncleared: out of a stretch for all that are needed next to each other, so that they lie next to each other.
    /// </summary>
    /// <param name="items">Item 0 of the table that will point to it.</param>
    /// <param name="index">The item, which is empty.</param>
    /// <param name="lastIndex">Last item of the range.</param>
    /// <param name="last">Last input address of the range.</param>
    /// <param name="table">Afterwards the table.</param>
    /// <returns><see langword="false"/> when the arena is full.</returns>
    public bool TryTakeFull<TLevel, TBelow>(ref ulong items, nuint index, nuint lastIndex, ulong last, out ulong table)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        if (_tablesLeft == 0)
        {
            var offset = (1UL << TLevel.Shift) - 1;
            var wanted = LeafFill.FindOccupied<TLevel>(ref LevelItems.At<TLevel>(ref items, index), lastIndex - index + ((last & offset) == offset ? 1u : 0u));
            _tableBytes = TBelow.EntryBytes << TBelow.Bits;
            // Another writer may have taken the item meanwhile: the exchange will tell.
            _tablesLeft = Arena.TakeStretch(_tableBytes, Math.Max(1, (uint)wanted), out _nextTable);
        }

        table = _nextTable;
        if (_tablesLeft == 0) return false;
        _tablesLeft--;
        _nextTable += TableArena.StrideOf(_tableBytes);
        Arena.SetItems(table, 1UL << TBelow.Bits);
        return true;
    }

    /// <summary>Gives back what is left of a stretch.</summary>
    public void ReturnTables()
    {
        if (_tablesLeft != 0) Arena.GiveBack(_nextTable, _tableBytes, _tablesLeft);
        _tablesLeft = 0;
    }

    /// <summary>Notes that empty items of a last table were filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Wrote(ulong table, nuint count)
    {
        Arena.AddItems(table, (long)count);
        Leaves[0] += count;
    }

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
