using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Makes smaller leaves of the first leaf that it meets; translations, attributes and use stay.</summary>
internal readonly struct SplitLeaf<TFormat> : IRangeChange
    where TFormat : struct, ILeafBits
{
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        var leaf = LevelItems.Read<TLevel>(ref items, index);
        if (!TLevel.IsLeaf(leaf)) return false;
        var lg2 = TLevel.ShiftOf(leaf) - TLevel.Shift;
        if (lg2 != 0 && TLevel.ExceptShift != TLevel.Shift) SplitRun<TLevel>(ref request, ref items, index, input, lg2);
        else SplitItems<TLevel, TBelow>(ref request, ref items, index, input, lg2);
        return false;
    }

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        var leaf = LevelItems.Read<TLevel>(ref items, first);
        if (!TLevel.IsLeaf(leaf)) return false;
        var lg2 = TLevel.ShiftOf(leaf) - TLevel.Shift;
        if (lg2 == 0) request.Status = ReshapeStatus.AlreadySmallest;
        else SplitRun<TLevel>(ref request, ref items, first, input, lg2);
        return false;
    }

    /// <summary>A table of leaves in the place of each item: one, or all of a run whose single items hardware gets wrong. All tables are had before any is seen.</summary>
    [SkipLocalsInit]
    private static void SplitItems<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input, int lg2)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        if (!TBelow.CanLeaf)
        {
            request.Status = ReshapeStatus.AlreadySmallest;
            return;
        }

        var bytes = TBelow.EntryBytes << TBelow.Bits;
        Span<ulong> tables = stackalloc ulong[1 << lg2];
        for (var i = 0; i < tables.Length; i++)
        {
            var had = request.Arena.TryAllocate(bytes, zeroed: false, out tables[i]);
            if (had && !TableInstall.IsOutOfReach<TLevel>(tables[i])) continue;
            foreach (var table in tables[..(had ? i + 1 : i)]) request.Arena.Free(table, bytes);
            request.Status = ReshapeStatus.OutOfTables;
            return;
        }

        var (first, at) = StartOf<TLevel>(index, input, lg2);
        var (accessed, dirty) = UseOf<TLevel>(ref items, first, (nuint)1 << lg2);
        request.Status = ReshapeStatus.Done;
        for (var i = 0; i < tables.Length; i++, at += 1UL << TLevel.Shift)
        {
            while (true)
            {
                // Filled anew after each lost exchange: hardware has noted use in the leaf meanwhile.
                var leaf = LevelItems.Read<TLevel>(ref items, first + (nuint)i);
                var used = LeafUse<TFormat>.With(TLevel.AttributesOf(leaf), accessed, dirty);
                if (TBelow.Level == 0) request.Arena.SetItems(tables[i], 1UL << TBelow.Bits);
                Fill<TLevel, TBelow>(ref TableItems.In(request.Arena, tables[i]), used, TLevel.AddressOf(leaf, at));
                if (LevelItems.Exchange<TLevel>(ref items, first + (nuint)i, TLevel.Link(tables[i]), leaf) == leaf) break;
            }

            request.Leaves[TBelow.Level] += 1UL << TBelow.Bits;
        }
    }

    private static void Fill<TLevel, TBelow>(ref ulong items, ulong attributes, ulong address)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        var bits = TBelow.Place(attributes);
        var lg2 = LeafRuns.Allowed<TBelow>(TBelow.MaxLg2);
        for (nuint i = 0; i < (nuint)1 << (TLevel.Shift - TBelow.Shift); i += (nuint)1 << lg2)
        {
            LeafRuns.Write<TBelow>(ref LevelItems.At<TBelow>(ref items, i), bits, address, lg2);
            address += 1UL << (TBelow.Shift + lg2);
        }
    }

    /// <summary>A run becomes its single items, one exchange each; use noted in any item was noted for all of them.</summary>
    private static void SplitRun<TLevel>(ref ChangeRequest request, ref ulong items, nuint index, ulong input, int lg2)
        where TLevel : struct, ITableLevel
    {
        var count = (nuint)1 << lg2;
        var (first, at) = StartOf<TLevel>(index, input, lg2);
        var (accessed, dirty) = UseOf<TLevel>(ref items, first, count);
        var (lateAccessed, lateDirty) = (accessed, dirty);
        for (nuint i = 0; i < count; i++, at += 1UL << TLevel.Shift)
        {
            while (true)
            {
                var leaf = LevelItems.Read<TLevel>(ref items, first + i);
                var single = TLevel.Word(TLevel.Place(LeafUse<TFormat>.With(TLevel.AttributesOf(leaf), accessed, dirty)), TLevel.AddressOf(leaf, at), 0);
                if (LevelItems.Exchange<TLevel>(ref items, first + i, single, leaf) != leaf) continue;
                lateAccessed |= LeafUse<TFormat>.IsAccessed(leaf);
                lateDirty |= LeafUse<TFormat>.IsDirty(leaf);
                break;
            }
        }

        if (lateAccessed != accessed || lateDirty != dirty)
        {
            for (nuint i = 0; i < count; i++) LeafUse<TFormat>.Mark<TLevel>(ref items, first + i, lateAccessed, lateDirty);
        }

        request.Leaves[TLevel.Level] += count;
        request.Status = ReshapeStatus.Done;
    }

    private static (nuint First, ulong Input) StartOf<TLevel>(nuint index, ulong input, int lg2)
        where TLevel : struct, ITableLevel =>
        (index & ~(((nuint)1 << lg2) - 1), input & ~((1UL << (TLevel.Shift + lg2)) - 1));

    private static (bool Accessed, bool Dirty) UseOf<TLevel>(ref ulong items, nuint first, nuint count)
        where TLevel : struct, ITableLevel
    {
        var (accessed, dirty) = (false, false);
        for (var i = first; i < first + count; i++)
        {
            var leaf = LevelItems.Read<TLevel>(ref items, i);
            accessed |= LeafUse<TFormat>.IsAccessed(leaf);
            dirty |= LeafUse<TFormat>.IsDirty(leaf);
        }

        return (accessed, dirty);
    }
}
