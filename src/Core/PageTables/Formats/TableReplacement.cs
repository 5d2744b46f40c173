using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>A large leaf over a table that holds no leaf: the table goes, as generic_pt's map does it. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TableReplacement
{
    /// <summary>Puts a leaf where an entry points to a table. Cold: tables that were emptied but kept.</summary>
    /// <param name="map">The map that wants the leaf.</param>
    /// <param name="input">First input address of the item.</param>
    /// <param name="entry">What stands there.</param>
    /// <param name="leaf">The leaf.</param>
    /// <returns><see langword="false"/> when something is mapped there.</returns>
    public static bool TryReplace<TFormat, TLevel>(in MapRequest map, ulong input, ulong entry, ulong leaf)
        where TFormat : struct, IMapFormat
        where TLevel : struct, ITableLevel
    {
        if (!TLevel.IsPresent(entry) || TLevel.IsLeaf(entry)) return false;
        var request = new ChangeRequest { Arena = map.Arena, Input = input, Last = input | ((1UL << TLevel.Shift) - 1), Bits = leaf };
        if (!TFormat.Visit<FindNothing>(ref request, map.Root)) return false;
        // Nothing is unmapped, but readers may remember the table.
        map.Invalidation.Begin();
        TFormat.Visit<PutLeaf>(ref request, map.Root);
        map.Invalidation.End();
        return true;
    }

    /// <summary>Takes out the one table that the range covers.</summary>
    private readonly struct PutLeaf : IRangeChange
    {
        public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
            where TLevel : struct, ITableLevel
            where TBelow : struct, ITableLevel => true;

        public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
            where TLevel : struct, ITableLevel => true;

        public static bool AtTable<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
            where TLevel : struct, ITableLevel
            where TBelow : struct, ITableLevel
        {
            LevelItems.Publish<TLevel>(ref items, index, request.Bits);
            return true;
        }
    }
}
