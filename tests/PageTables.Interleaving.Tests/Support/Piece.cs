namespace Fast.PageTables.Interleaving.Tests;

/// <summary>A range that belongs to one writer, and two places it may lead to; all are congruent, so that large leaves fit.</summary>
internal sealed record Piece(ulong Start, ulong Bytes)
{
    public const ulong Page = 4096;

    /// <summary>Tables that an arena has room for.</summary>
    public const int ArenaSlots = 24;

    public IovaRange Range => IovaRange.Of(new Iova(Start), Bytes);

    public IovaRange FirstPage => IovaRange.Of(new Iova(Start), Page);

    public Iova LastPage => new(Start + Bytes - Page);

    public PageSize Size => new((int)ulong.Log2(Bytes));

    /// <summary>The next smaller power of two.</summary>
    public PageSize Half => new(Size.Shift - 1);

    public Pfn Here => new((0x10000 + Start) >> Pfn.Shift);

    public Pfn There => new((0x80000 + Start) >> Pfn.Shift);
}
