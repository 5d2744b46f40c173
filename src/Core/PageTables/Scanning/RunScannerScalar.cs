using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>One item at a time: the plain scanner. The oracle of the vector scanners, and what they use for short stretches and full buffers.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct RunScannerScalar : IRunScanner
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nuint Scan<TLevel>(
        ref ulong table, nuint index, nuint end, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
        where TLevel : struct, ILastLevel
    {
        var pagesPerItem = 1UL << (TLevel.Shift - Pfn.Shift);
        ulong leaves = 0;
        for (; index < end; index++)
        {
            var item = LevelItems.Peek<TLevel>(ref table, index);
            if (!TLevel.IsPresent(item))
            {
                writer.Close();
                continue;
            }

            var permissions = TLevel.PermissionsOf(item, allowAbove, denyAbove);
            var at = new Iova(input + ((ulong)index << TLevel.Shift));
            if (!writer.TryAppend(at, new Pfn(TLevel.PfnOf(item, at.Value)), pagesPerItem, permissions)) break;
            leaves++;
        }

        writer.Leaves[0] += leaves;
        return index;
    }
}
