using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Collects the leaves that hardware has used, and takes the note of it back if that is asked for.</summary>
internal readonly struct HarvestLeaves<TUse> : IRangeChange
    where TUse : struct, ILeafUse
{
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        // A leaf of several items is met at each of them, and was looked at whole at the first.
        if (input < request.Next) return true;
        return Take<TLevel>(ref request, ref items, index, LevelItems.Read<TLevel>(ref items, index), input);
    }

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        if (request.IsLastEmpty) return true;
        var tableInput = input - ((ulong)first << TLevel.Shift);
        var end = first + count;
        if (TLevel.MaxLg2 != 0)
        {
            // Use of a leaf may stand in an item of it that lies outside.
            first &= ~(ItemsOf<TLevel>(LevelItems.Read<TLevel>(ref items, first)) - 1);
            end = ((end - 1) | (ItemsOf<TLevel>(LevelItems.Read<TLevel>(ref items, end - 1)) - 1)) + 1;
        }

        for (nuint some; first < end; first += some)
        {
            some = Math.Min(end - first, 64);
            var found = UseScan.Find<TLevel>(ref LevelItems.At<TLevel>(ref items, first), some, TUse.Mask, TUse.Value, TUse.AnyOf);
            for (; found != 0; found &= found - 1)
            {
                var index = first + (nuint)BitOperations.TrailingZeroCount(found);
                var at = tableInput + ((ulong)index << TLevel.Shift);
                var leaf = LevelItems.Read<TLevel>(ref items, index);
                if (TLevel.MaxLg2 != 0 && at < request.Next) continue;
                if (TLevel.IsLeaf(leaf) && !Take<TLevel>(ref request, ref items, index, leaf, at)) return false;
            }
        }

        return true;
    }

    private static bool Take<TLevel>(ref ChangeRequest request, ref ulong items, nuint index, ulong leaf, ulong input)
        where TLevel : struct, ITableLevel
    {
        var count = ItemsOf<TLevel>(leaf);
        var first = index & ~(count - 1);
        var used = false;
        for (var i = first; i < first + count && !used; i++) used = TUse.Holds(LevelItems.Read<TLevel>(ref items, i));
        var offset = ((ulong)count << TLevel.Shift) - 1;
        if (!used)
        {
            request.Next = (input | offset) + 1;
            return true;
        }

        if (!TryNote(ref request, input & ~offset, input | offset)) return false;
        request.Leaves[TLevel.Level] += count;
        if (request.Clear)
        {
            for (var i = first; i < first + count; i++) TUse.Clear<TLevel>(ref items, i);
        }

        return true;
    }

    /// <summary>Adds a leaf to the last range, or begins one; without room the visit stops before the leaf, which stays as it is.</summary>
    private static bool TryNote(ref ChangeRequest request, ulong first, ulong last)
    {
        if (request.Count != 0 && request.Ranges[request.Count - 1] is var open && open.Last.Value + 1 == first && first != 0)
        {
            request.Ranges[request.Count - 1] = IovaRange.Inclusive(open.Start, new Iova(last));
        }
        else if (request.Count < request.Ranges.Length)
        {
            request.Ranges[request.Count++] = IovaRange.Inclusive(new Iova(first), new Iova(last));
        }
        else
        {
            request.Next = first;
            return false;
        }

        request.Next = last + 1;
        return true;
    }

    private static nuint ItemsOf<TLevel>(ulong leaf)
        where TLevel : struct, ITableLevel =>
        TLevel.MaxLg2 == 0 || !TLevel.IsLeaf(leaf) ? 1 : (nuint)1 << (TLevel.ShiftOf(leaf) - TLevel.Shift);
}
