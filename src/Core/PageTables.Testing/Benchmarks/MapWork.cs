namespace Fast.PageTables.Testing;

/// <summary>Maps and unmaps of a range of the smallest pages, against one page after the other.</summary>
internal sealed class MapWork<TFormat> : IFormatWork
    where TFormat : struct, IMapFormat
{
    private static readonly PageSize Smallest = new(TFormat.Facts.Levels[0].Shift);
    private readonly PageImage _image = new(TFormat.Facts);
    private readonly PageTable<TFormat> _table = new(new TableArena(new TableArenaOptions { CapacityBytes = 64UL << 20, HugePages = false }));
    private readonly Permissions _permissions = Bits.Expressible(TFormat.Facts)[^1];

    public IEnumerable<FormatWork> All =>
    [
        new("map and unmap a range", "page by page", _image.Pages, Range, PageByPage),
    ];

    private ulong Range()
    {
        var mapped = _table.Map(_image.Range, new Pfn(0), _permissions, Smallest).Total;
        return mapped + _table.Unmap(_image.Range).Total;
    }

    private ulong PageByPage()
    {
        var sum = 0UL;
        foreach (var input in _image.Inputs) sum += _table.Map(IovaRange.Of(input, Smallest.Bytes), Pfn.Of(new PhysicalAddress(input.Value)), _permissions, Smallest).Total;
        foreach (var input in _image.Inputs) sum += _table.Unmap(IovaRange.Of(input, Smallest.Bytes)).Total;
        return sum;
    }
}
