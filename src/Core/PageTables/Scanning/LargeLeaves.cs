using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Leaves above the last level on their way into runs. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LargeLeaves
{
    /// <summary>Takes a leaf, and with it all that follow in the same table and continue it: one comparison for many, nothing is decoded.</summary>
    /// <param name="items">Item 0 of the table.</param>
    /// <param name="index">The leaf; afterwards the last item that was taken.</param>
    /// <param name="lastIndex">Last item of the range.</param>
    /// <param name="leaf">The leaf as it was read.</param>
    /// <param name="input">First input address that is asked for in the leaf.</param>
    /// <param name="last">Last input address of the range.</param>
    /// <param name="itemLast">Last input address of the range in the leaf; afterwards of what was taken.</param>
    /// <param name="permissions">What the leaf allows.</param>
    /// <param name="writer">Where runs go; <see langword="false"/> is returned when it has no room.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTake<TScan, TLevel>(
        ref ulong items, ref nuint index, nuint lastIndex, ulong leaf, ulong input, ulong last, ref ulong itemLast, Permissions permissions, ref RunWriter writer)
        where TScan : struct, IRunScanner
        where TLevel : struct, ITableLevel
    {
        nuint more = 0;
        // The same word in several items does not count on; two such leaves beside each other may look as if they did.
        var counts = TLevel.MaxLg2 == 0 || TLevel.RunStep != 0 || TLevel.ShiftOf(leaf) == TLevel.Shift;
        if (counts && index != lastIndex)
        {
            var readable = ((nuint)1 << TLevel.Bits) - 1 - index;
            more = TScan.CountSteps<TLevel>(ref LevelItems.At<TLevel>(ref items, index + 1), lastIndex - index, readable, leaf);
            index += more;
            itemLast = index == lastIndex ? last : itemLast + (more << TLevel.Shift);
        }

        if (!writer.TryAppend(new Iova(input), new Pfn(TLevel.AddressOf(leaf, input) >> Pfn.Shift), (itemLast - input >> Pfn.Shift) + 1, permissions)) return writer.StopAt(input);
        writer.Leaves[TLevel.Level] += more + 1;
        return true;
    }
}
