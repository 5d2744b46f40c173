namespace Fast.PageTables.Interleaving.Tests;

/// <summary>A fresh table in an arena that poisons what is freed.</summary>
/// <typeparam name="TFormat">Three levels deep, emitted with hooks.</typeparam>
internal sealed class Stage<TFormat> : IDisposable
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly IovaRange Inputs = IovaRange.Of(new Iova(0), 1UL << (Facts.Levels[^1].Shift + Facts.Levels[^1].Bits));

    public Stage() => Table = new PageTable<TFormat>(Arena);

    public TableArena Arena { get; } = new(new TableArenaOptions { CapacityBytes = Piece.ArenaSlots * Piece.Page, HugePages = false, PoisonFreed = true });

    public PageTable<TFormat> Table { get; }

    /// <summary>What the tables say now, by the plain walker, which calls no hook.</summary>
    public Leaf? Now(Iova input) => ReferenceWalker.Walk(Facts, Arena.Memory, Table.RootWord, input, FormatLimits.None) is { IsLeaf: true } walk ? walk.Leaf : null;

    /// <summary>What the tables say of each page.</summary>
    public string Everything() => string.Join(' ', Enumerable.Range(0, (int)Inputs.Pages).Select(page => Now(new Iova((ulong)page * Piece.Page)) is { } leaf ? $"{leaf.Pfn}/{leaf.Size}/{leaf.Permissions}" : "-"));

    /// <summary>Tables that remain when everything is unmapped: the root.</summary>
    public ulong TablesAtEnd()
    {
        Table.Unmap(Inputs);
        return Arena.TablesInUse;
    }

    public void Dispose() => Arena.Dispose();
}
