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
        if (!request.DirtyPages.IsEmpty) DirtyPages.NoteAndClear<TLevel>(request, ref items, index, 1, input);
        else LevelItems.Publish<TLevel>(ref items, index, 0);
        request.Leaves[TLevel.Level]++;
        return true;
    }

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        if (request.IsLastEmpty) return true;
        var cleared = request.DirtyPages.IsEmpty
            ? LeafFill.Clear<TLevel>(ref LevelItems.At<TLevel>(ref items, first), count)
            : DirtyPages.NoteAndClear<TLevel>(request, ref items, first, count, input);
        request.Arena.AddItems(request.LastTable, -(long)cleared);
        request.Leaves[0] += cleared;
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
        if (request.Uncounted) return true;
        if (!request.DirtyPages.IsEmpty) DirtyPages.Note<TLevel>(request, ref items, index, 1, input);
        request.Leaves[TLevel.Level]++;
        return true;
    }

    /// <inheritdoc/>
    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        if (request.Uncounted) return true;
        // The range covers the table whole, so what was counted when it was written is what goes.
        var held = request.Arena.ItemsIn(request.LastTable);
        if (held != 0 && !request.DirtyPages.IsEmpty) DirtyPages.Note<TLevel>(request, ref items, first, count, input);
        request.Leaves[0] += held;
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
        where TLevel : struct, ITableLevel => request.IsLastEmpty;
}
