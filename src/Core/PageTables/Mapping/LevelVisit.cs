using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>One level of a visit: the items of a table that a range touches. Compiled once for each level and change. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LevelVisit
{
    /// <summary>Visits a table above the last level, and what lies below it.</summary>
    public static bool Run<TChange, TLevel, TBelow>(ref ChangeRequest request, ulong table, ulong input, ulong last)
        where TChange : struct, IRangeChange
        where TLevel : struct, ITableLevel
        where TBelow : struct, IVisitedLevel
    {
        ref var items = ref TableItems.In(request.Arena, table);
        var offset = (1UL << TLevel.Shift) - 1;
        var lastIndex = IndexOf<TLevel>(last);
        for (var index = IndexOf<TLevel>(input); ; index++)
        {
            var itemLast = index == lastIndex ? last : input | offset;
            var item = LevelItems.Read<TLevel>(ref items, index);
            if (!TLevel.IsPresent(item))
            {
                if (!TChange.AtHole(ref request, item)) return false;
            }
            else if (TLevel.CanLeaf && TLevel.IsLeaf(item))
            {
                if (!TChange.AtLeaf<TLevel, TBelow>(ref request, ref items, index, input)) return false;
            }
            else
            {
                if (!TLevel.IsLink(item)) SkippedLevels.Refuse<TLevel>(item, input);
                var below = TLevel.TableOf(item);
                if (itemLast - input == offset && TChange.AtTable<TLevel, TBelow>(ref request, ref items, index, input))
                {
                    TBelow.Visit<ReleaseTables>(ref request, below, input, itemLast);
                    request.Arena.Free(below, TBelow.EntryBytes << TBelow.Bits);
                }
                else if (!TBelow.Visit<TChange>(ref request, below, input, itemLast))
                {
                    return false;
                }
            }

            if (index == lastIndex) return true;
            input = itemLast + 1;
        }
    }

    /// <summary>Visits a last table.</summary>
    public static bool RunLast<TChange, TLevel>(ref ChangeRequest request, ulong table, ulong input, ulong last)
        where TChange : struct, IRangeChange
        where TLevel : struct, ITableLevel
    {
        var first = IndexOf<TLevel>(input);
        request.LastTable = table;
        return TChange.AtLast<TLevel>(ref request, ref TableItems.In(request.Arena, table), first, IndexOf<TLevel>(last) - first + 1, input);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint IndexOf<TLevel>(ulong input)
        where TLevel : struct, ITableLevel => (nuint)(input >> TLevel.Shift) & (((nuint)1 << TLevel.Bits) - 1);
}
