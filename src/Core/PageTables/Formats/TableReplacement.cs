using System.ComponentModel;
using System.Runtime.CompilerServices;

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
        using var change = map.Invalidation.Begin();
        TFormat.Visit<PutLeaf>(ref request, map.Root);
        return true;
    }

    /// <summary>Maps one leaf of several items; emptied tables that stand in its way go.</summary>
    /// <inheritdoc cref="LeafRuns.TryMap"/>
    public static bool TryMapRun<TFormat, TLevel>(ref MapRequest request, ref ulong items, ref nuint index, ulong input, ulong last, ref ulong itemLast)
        where TFormat : struct, IMapFormat
        where TLevel : struct, ITableLevel
    {
        if (LeafRuns.TryMap<TLevel>(ref request, ref items, ref index, input, last, ref itemLast)) return true;
        var lg2 = LeafRuns.Fit<TLevel>(request, input, last);
        return lg2 != 0
            && TryVacate<TFormat, TLevel>(request, ref Unsafe.Add(ref items, index), (nuint)1 << lg2, input)
            && LeafRuns.TryMap<TLevel>(ref request, ref items, ref index, input, last, ref itemLast);
    }

    private static bool TryVacate<TFormat, TLevel>(in MapRequest map, ref ulong items, nuint count, ulong input)
        where TFormat : struct, IMapFormat
        where TLevel : struct, ITableLevel
    {
        for (nuint i = 0; i < count; i++)
        {
            var entry = LevelItems.Read<TLevel>(ref items, i);
            if (entry == 0) continue;
            if (!TLevel.IsPresent(entry) || TLevel.IsLeaf(entry)) return false;
            var look = ItemRequest<TLevel>(map, input, i);
            if (!TFormat.Visit<FindNothing>(ref look, map.Root)) return false;
        }

        using var change = map.Invalidation.Begin();
        for (nuint i = 0; i < count; i++)
        {
            if (LevelItems.Read<TLevel>(ref items, i) == 0) continue;
            var take = ItemRequest<TLevel>(map, input, i);
            TFormat.Visit<PutLeaf>(ref take, map.Root);
        }

        return true;
    }

    private static ChangeRequest ItemRequest<TLevel>(in MapRequest map, ulong input, nuint item)
        where TLevel : struct, ITableLevel
    {
        var start = input + ((ulong)item << TLevel.Shift);
        return new ChangeRequest { Arena = map.Arena, Input = start, Last = start | ((1UL << TLevel.Shift) - 1), Bits = 0 };
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
