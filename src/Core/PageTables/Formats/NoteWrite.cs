namespace Fast.PageTables;

/// <summary>Does to the leaf of one page what hardware does when it writes through it. The rights and the note are those of one word: a leaf that changes meanwhile is looked at anew.</summary>
internal readonly struct NoteWrite<TFormat> : IRangeChange
    where TFormat : struct, IDirtyFormat
{
    public static bool AtLeaf<TLevel, TBelow>(ref ChangeRequest request, ref ulong items, nuint index, ulong input)
        where TLevel : struct, ITableLevel
        where TBelow : struct, ITableLevel => Note<TLevel>(ref request, ref items, index);

    public static bool AtLast<TLevel>(ref ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel => Note<TLevel>(ref request, ref items, first);

    private static bool Note<TLevel>(ref ChangeRequest request, ref ulong items, nuint index)
        where TLevel : struct, ITableLevel
    {
        while (true)
        {
            var leaf = LevelItems.Read<TLevel>(ref items, index);
            if (!TLevel.IsLeaf(leaf) || !TFormat.TryDecodeLeaf(new PageSize(TLevel.ShiftOf(leaf)), leaf, out _, out var permissions) || (permissions & Permissions.Write) == 0) return false;
            var noted = LeafUse<TFormat>.With(leaf, accessed: true, dirty: true);
            if (noted != leaf && LevelItems.Exchange<TLevel>(ref items, index, noted, leaf) != leaf) continue;
            request.Leaves[TLevel.Level]++;
            return true;
        }
    }
}
