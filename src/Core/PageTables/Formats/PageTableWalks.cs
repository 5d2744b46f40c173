namespace Fast.PageTables;

/// <summary>Looking up single addresses.</summary>
public static class PageTableWalks
{
    /// <summary>Walks to the leaf of <paramref name="input"/> and tells in full where it ended, reserved bits checked.</summary>
    public static WalkResult Walk<TFormat>(this PageTable<TFormat> table, Iova input)
        where TFormat : struct, IWalkFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var result = TFormat.Walk(table.Arena.Memory, table.RootWord, input);
        GC.KeepAlive(table.Arena);
        return result;
    }

    /// <summary>
    /// Looks up the leaf of <paramref name="input"/>: frame of the exact page and page mask, as Linux's <c>follow_pfnmap_start</c> gives them.
    /// </summary>
    public static bool Follow<TFormat>(this PageTable<TFormat> table, Iova input, out Leaf leaf)
        where TFormat : struct, IWalkFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var found = TFormat.Follow(table.Arena.Memory, table.RootWord, input, out leaf);
        GC.KeepAlive(table.Arena);
        return found;
    }

    /// <summary>The output address of <paramref name="input"/>, or <see cref="PhysicalAddress.None"/>.</summary>
    public static PhysicalAddress Translate<TFormat>(this PageTable<TFormat> table, Iova input)
        where TFormat : struct, IWalkFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var address = TFormat.Translate(table.Arena.Memory, table.RootWord, input);
        GC.KeepAlive(table.Arena);
        return address;
    }

    /// <summary>A cursor for addresses that come in order: it remembers the last table it was in.</summary>
    public static TranslationCursor<TFormat> Cursor<TFormat>(this PageTable<TFormat> table)
        where TFormat : struct, IWalkFormat => new(table);
}
