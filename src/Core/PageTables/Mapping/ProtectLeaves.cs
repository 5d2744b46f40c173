namespace Fast.PageTables;

/// <summary>Changes what the leaves of a range allow; everything else in them stays, and no use that hardware notes meanwhile is lost.</summary>
internal readonly struct ProtectLeaves<TFormat> : IRangeChange
    where TFormat : struct, ILeafBits
{
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel
    {
        Change<TLevel>(ref request, ref items, index);
        return true;
    }

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        if (request.IsLastEmpty) return true;
        for (var index = first; index < first + count; index++) Change<TLevel>(ref request, ref items, index);
        return true;
    }

    private static void Change<TLevel>(ref ChangeRequest request, ref ulong items, nuint index)
        where TLevel : struct, ITableLevel
    {
        while (true)
        {
            var old = LevelItems.Read<TLevel>(ref items, index);
            if (!TLevel.IsLeaf(old)) return;
            var changed = LeafUse<TFormat>.Permit(old, request.Bits);
            if (changed == old || LevelItems.Exchange<TLevel>(ref items, index, changed, old) == old) break;
        }

        request.Leaves[TLevel.Level]++;
    }
}
