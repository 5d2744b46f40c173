namespace Fast.PageTables.Interleaving.Tests;

/// <summary>A fresh table in an arena that poisons what is freed.</summary>
internal sealed class Stage : IDisposable
{
    public const ulong Page = 4096;
    public const int Slots = 24;
    private const ulong InputBytes = 8 * Page;

    public Stage() => Table = new PageTable<Narrow>(Arena);

    public TableArena Arena { get; } = new(new TableArenaOptions { CapacityBytes = Slots * Page, HugePages = false, PoisonFreed = true });

    public PageTable<Narrow> Table { get; }

    /// <summary>What the tables say now, by the plain walker, which calls no hook.</summary>
    public Leaf? Now(Iova input) => ReferenceWalker.Walk(Narrow.Facts, Arena.Memory, Table.RootWord, input, FormatLimits.None) is { IsLeaf: true } walk ? walk.Leaf : null;

    /// <summary>What the tables say of each page.</summary>
    public string Everything() => string.Join(' ', Enumerable.Range(0, (int)(InputBytes / Page)).Select(page => Now(new Iova((ulong)page * Page)) is { } leaf ? $"{leaf.Pfn}/{leaf.Size}/{leaf.Permissions}" : "-"));

    /// <summary>Tables that remain when everything is unmapped: the root.</summary>
    public ulong TablesAtEnd()
    {
        Table.Unmap(IovaRange.Of(new Iova(0), InputBytes));
        return Arena.TablesInUse;
    }

    public void Dispose() => Arena.Dispose();
}
