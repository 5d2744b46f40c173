namespace Fast.PageTables.Interleaving.Tests;

/// <summary>What writers must not do. Each stands for a mistake that the exploration has to find.</summary>
internal static class BrokenChange
{
    private const ulong TableLink = 3;
    private const int TableBytes = 16;

    /// <summary>The table goes back to the arena while an entry still points to it.</summary>
    public static readonly PieceChange<Narrow> FreesBeforeItUnlinks = new("frees a table before it unlinks it", Pages, (table, piece) =>
    {
        ref var middle = ref MiddleTable(table, piece);
        var index = Index(piece, level: 1);
        table.Arena.Free(TableItems.Read(ref middle, index) & ~TableLink, TableBytes);
        TableHooks.Publish(ref middle, index, 0);
    });

    /// <summary>The split's table is linked first and written then.</summary>
    public static readonly PieceChange<Narrow> LinksBeforeItFills = new("links a table before it fills it", Large, (table, piece) =>
    {
        ref var middle = ref MiddleTable(table, piece);
        if (!table.Arena.TryAllocate(TableBytes, zeroed: true, out var low)) throw new InvalidOperationException("the arena is full");
        TableHooks.Publish(ref middle, Index(piece, level: 1), low | TableLink);
        for (nuint i = 0; i < 2; i++) TableHooks.Publish(ref TableItems.In(table.Arena, low), i, ((piece.Here.Value + i) << Pfn.Shift) | TableLink);
    });

    /// <summary>A leaf changes and no invalidation is counted.</summary>
    public static readonly PieceChange<Narrow> CountsNoInvalidation = new("changes a leaf and tells nobody", Large, (table, piece) =>
        TableHooks.Publish(ref MiddleTable(table, piece), Index(piece, level: 1), (piece.There.Value << Pfn.Shift) | (1 << 7) | TableLink));

    private static void Pages(PageTable<Narrow> table, Piece piece) => table.Map(piece.Range, piece.Here, Permissions.ReadWrite, PageSize.Size4K);

    private static void Large(PageTable<Narrow> table, Piece piece) => table.Map(piece.Range, piece.Here, Permissions.ReadWrite);

    private static ref ulong MiddleTable(PageTable<Narrow> table, Piece piece) =>
        ref TableItems.In(table.Arena, TableItems.Read(ref TableItems.In(table.Arena, table.Root.Value), Index(piece, level: 2)) & ~TableLink);

    private static nuint Index(Piece piece, int level) => (nuint)(piece.Start >> (12 + level)) & 1;
}
