namespace Fast.PageTables.Interleaving.Tests;

/// <summary>What a writer does to its piece, and how the piece is before that.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Prepare">Before anybody looks.</param>
/// <param name="Apply">What is interleaved.</param>
/// <param name="NeedsLargeLeaf">Whether it needs a piece that one large leaf can map.</param>
/// <param name="LeavesHole">Whether nothing is mapped for a while, although something was before and is afterwards.</param>
internal sealed record PieceChange<TFormat>(string Name, Action<PageTable<TFormat>, Piece> Prepare, Action<PageTable<TFormat>, Piece> Apply, bool NeedsLargeLeaf = false, bool LeavesHole = false)
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    public static readonly PieceChange<TFormat>[] All =
    [
        new("unmaps pages", Pages, (table, piece) => table.Unmap(piece.Range)),
        new("zaps pages", Pages, (table, piece) => table.Unmap(piece.Range, keepTables: true)),
        new("unmaps a leaf", Large, (table, piece) => table.Unmap(piece.Range), NeedsLargeLeaf: true),
        new("maps pages", Nothing, Pages),
        new("maps one page", Nothing, (table, piece) => table.Map(piece.FirstPage, piece.Here, Permissions.ReadWrite)),
        new("maps a leaf", Nothing, Large, NeedsLargeLeaf: true),
        new("maps a leaf over empty tables", Zapped, Large, NeedsLargeLeaf: true),
        new("protects pages", Pages, (table, piece) => table.Protect(piece.Range, Permissions.Read)),
        new("splits a leaf", Large, (table, piece) => Done(table.TrySplit(piece.Range.Start)), NeedsLargeLeaf: true),
        new("collapses leaves", (table, piece) => table.Map(piece.Range, piece.Here, Permissions.ReadWrite, piece.Half),
            (table, piece) => Done(table.TryCollapse(piece.Range.Start, piece.Size)), NeedsLargeLeaf: true),
        new("moves pages elsewhere", Pages, (table, piece) =>
        {
            table.Unmap(piece.Range);
            table.Map(piece.Range, piece.There, Permissions.ReadWrite, PageSize.Size4K);
        }, LeavesHole: true),
        new("moves a leaf elsewhere by pages", Large, (table, piece) =>
        {
            table.Unmap(piece.Range);
            table.Map(piece.Range, piece.There, Permissions.ReadWrite, PageSize.Size4K);
        }, NeedsLargeLeaf: true, LeavesHole: true),
        new("takes pages", Pages, Take),
    ];

    public override string ToString() => Name;

    private static void Nothing(PageTable<TFormat> table, Piece piece)
    {
    }

    private static void Pages(PageTable<TFormat> table, Piece piece) => table.Map(piece.Range, piece.Here, Permissions.ReadWrite, PageSize.Size4K);

    private static void Large(PageTable<TFormat> table, Piece piece) => table.Map(piece.Range, piece.Here, Permissions.ReadWrite);

    private static void Zapped(PageTable<TFormat> table, Piece piece)
    {
        Pages(table, piece);
        table.Unmap(piece.Range, keepTables: true);
    }

    private static void Take(PageTable<TFormat> table, Piece piece)
    {
        var cursor = new RunCursor(piece.Range);
        var runs = new Run[8];
        while (!cursor.IsAtEnd) table.TakeRuns(ref cursor, runs);
        table.TryDiscard(piece.Range);
    }

    private static void Done(ReshapeReport report)
    {
        if (!report.IsDone) throw new InvalidOperationException(report.ToString());
    }
}
