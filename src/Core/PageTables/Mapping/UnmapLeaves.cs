using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Empties a range.</summary>
internal readonly struct UnmapLeaves : IRangeChange
{
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        LevelItems.Publish<TLevel>(ref items, index, 0);
        request.Leaves[TLevel.Level]++;
        return true;
    }

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        request.Leaves[0] += LeafFill.Clear<TLevel>(ref Unsafe.Add(ref items, first), count);
        return true;
    }

    public static bool AtTable<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        if (request.KeepTables) return false;
        // Unlinked first; what it held is counted when it is given back.
        LevelItems.Publish<TLevel>(ref items, index, 0);
        return true;
    }
}

/// <summary>Counts what tables hold that nothing points to any more, and gives them back. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ReleaseTables : IRangeChange
{
    /// <inheritdoc/>
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        request.Leaves[TLevel.Level]++;
        return true;
    }

    /// <inheritdoc/>
    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        request.Leaves[0] += LeafFill.Count(ref Unsafe.Add(ref items, first), count);
        return true;
    }

    /// <inheritdoc/>
    public static bool AtTable<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel => true;
}

/// <summary>Stops at the first leaf, and at the first word that is neither: a visit that comes through has found nothing.</summary>
internal readonly struct FindNothing : IRangeChange
{
    public static bool AtHole(ref ChangeRequest request, ulong item) => item == 0;

    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel => false;

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel => LeafFill.FindOccupied(ref Unsafe.Add(ref items, first), count) == count;
}
