using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>How far a run goes on in a last table, for a cursor. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LastTableRun
{
    /// <summary>Counts the pages after the one at <paramref name="input"/> that continue it.</summary>
    /// <param name="memory">Where the table is.</param>
    /// <param name="table">The table.</param>
    /// <param name="input">An address of the page.</param>
    /// <param name="most">Most pages that are counted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nuint Count<TLevel, TMemory>(in TMemory memory, ulong table, Iova input, nuint most)
        where TLevel : struct, ITableLevel
        where TMemory : ITableMemory, allows ref struct
    {
        ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)TLevel.EntryBytes << TLevel.Bits));
        if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref items)) return 0;
        var index = (nuint)(input.Value >> TLevel.Shift) & (((nuint)1 << TLevel.Bits) - 1);
        var leaf = LevelItems.Peek<TLevel>(ref items, index);
        if (!TLevel.IsLeaf(leaf)) return 0;
        var after = ((nuint)1 << TLevel.Bits) - 1 - index;
        // The same word in all items of a leaf says how far the leaf goes.
        if (TLevel.MaxLg2 != 0 && TLevel.RunStep == 0 && TLevel.ShiftOf(leaf) != TLevel.Shift)
            return nuint.Min(most, (nuint)((~input.Value & ((1UL << TLevel.ShiftOf(leaf)) - 1)) >> TLevel.Shift));
        ref var next = ref LevelItems.At<TLevel>(ref items, index + 1);
        var count = nuint.Min(most, after);
        if (TLevel.EntryBytes == 4) return LeafSteps.Count<TLevel>(ref next, count, leaf);
        if (Vector512.IsHardwareAccelerated) return LeafSteps.CountBy8<TLevel>(ref next, count, after, leaf);
        if (Vector256.IsHardwareAccelerated) return LeafSteps.CountBy4<TLevel>(ref next, count, after, leaf);
        return Vector128.IsHardwareAccelerated ? LeafSteps.CountBy2<TLevel>(ref next, count, after, leaf) : LeafSteps.Count<TLevel>(ref next, count, leaf);
    }
}
