using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Writes leaves above the last level as stretches. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LargeFill
{
    // Below this the leaves are written one by one as fast.
    private const int Fewest = 8;

    /// <summary>Writes a leaf into each empty item from <paramref name="index"/> on that the range covers whole, up to the first that is not empty.</summary>
    /// <param name="request">The range map.</param>
    /// <param name="items">Item 0 of the table.</param>
    /// <param name="index">First item; afterwards the last that was written.</param>
    /// <param name="lastIndex">Last item of the range.</param>
    /// <param name="input">First input address of the range in the item.</param>
    /// <param name="last">Last input address of the range.</param>
    /// <param name="itemLast">Afterwards the last input address of what was written.</param>
    /// <returns><see langword="false"/> when the stretch is short; nothing was written then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFill<TLevel>(
        ref MapRequest request, ref ulong items, ref nuint index, nuint lastIndex, ulong input, ulong last, ref ulong itemLast)
        where TLevel : struct, ITableLevel =>
        lastIndex - index >= Fewest && Fill<TLevel>(ref request, ref items, ref index, lastIndex, input, last, ref itemLast);

    private static bool Fill<TLevel>(
        ref MapRequest request, ref ulong items, ref nuint index, nuint lastIndex, ulong input, ulong last, ref ulong itemLast)
        where TLevel : struct, ITableLevel
    {
        var offset = (1UL << TLevel.Shift) - 1;
        if ((input & offset) != 0) return false;
        ref var first = ref LevelItems.At<TLevel>(ref items, index);
        var free = LeafFill.FindOccupied<TLevel>(ref first, lastIndex - index + ((last & offset) == offset ? 1u : 0u));
        if (free < Fewest) return false;
        LeafFill.Fill<TLevel>(ref first, free, TLevel.Word(request.Bits[TLevel.Level], request.Delta + input, 0), TLevel.Step);
        request.Leaves[TLevel.Level] += free;
        index += free - 1;
        itemLast = input + ((ulong)free << TLevel.Shift) - 1;
        return true;
    }
}
