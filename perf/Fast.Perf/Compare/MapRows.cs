using Fast.PageTables;
using Fast.Perf.Layouts;
using Fast.Perf.Limits;
using Fast.Perf.References;

namespace Fast.Perf.Compare;

/// <summary>Changing ranges.</summary>
internal static class MapRows
{
    // One by one takes so long that a part of the range must do.
    private const ulong OneByOneLeaves = 1 << 18;

    private static readonly Action Nothing = static () => { };

    public static Row Map<TFormat>(RowScope scope, PageSize size, ulong bytes, Placement placement)
        where TFormat : struct, IMapFormat
    {
        var table = new PageTable<TFormat>(scope.Own(Layouts.Layouts.Arena(bytes, placement)));
        // Mapped as the contender maps, in an arena of the same state: the store pass meets its tables in the same order.
        var filled = Layouts.Layouts.Build<TFormat>(scope.Own(Layouts.Layouts.Arena(bytes, placement)), Layout.Contiguous4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(filled, range);
        var few = OneByOne(range, size);
        void Clear() => table.Unmap(range);
        return new Row("leaf", [new Budget("store pass", 1.6)],
        [
            new Contender("range map", Role.Fast, () => table.TryMap(range, Layouts.Layouts.FirstPfn, Permissions.ReadWrite, size).Leaves.Total, bytes >> size.Shift, Clear),
            new Contender("store pass", Role.Limit, () => Store(filled, lastTables), range.Pages, Nothing),
            new Contender("one by one", Role.Reference, () => MapEach(table, few, size), few.Bytes >> size.Shift, Clear),
        ]);
    }

    public static Row MapLarge(RowScope scope, ulong bytes)
    {
        var size = PageSize.Size2M;
        var table = new PageTable<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)));
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var leaves = bytes >> size.Shift;
        void Clear() => table.Unmap(range);
        return new Row("leaf", [new Budget("by hand, one by one", 0.6), new Budget("one by one", 0.6)],
        [
            new Contender("range map", Role.Fast, () => table.TryMap(range, Layouts.Layouts.FirstPfn, Permissions.ReadWrite, size).Leaves.Total, leaves, Clear),
            new Contender("by hand, one by one", Role.Reference, () => PageByPage.Map(table, range, Layouts.Layouts.FirstPfn, size), leaves, Clear),
            new Contender("one by one", Role.Reference, () => MapEach(table, range, size), leaves, Clear),
        ]);
    }

    public static Row UnmapCounted<TFormat>(RowScope scope, ulong bytes, Placement placement)
        where TFormat : struct, IDirtyFormat
    {
        var table = Layouts.Layouts.Build<TFormat>(scope.Own(Layouts.Layouts.Arena(bytes, placement)), Layout.Contiguous4K, bytes, placement.Scattered);
        var still = Layouts.Layouts.Build<TFormat>(scope.Own(Layouts.Layouts.Arena(bytes, placement)), Layout.Contiguous4K, bytes, placement.Scattered);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(still, range);
        var dirty = new ulong[(range.Pages + 63) / 64];
        void Refill() => Layouts.Layouts.Fill(table, Layout.Contiguous4K, bytes, placement.Scattered);
        return new Row("leaf", [new Budget("read pass", 2.0)],
        [
            new Contender("unmap, counted, dirty bits returned", Role.Fast, () => table.TryUnmap(range, dirty).Leaves.Total, range.Pages, Refill),
            new Contender("unmap, counted", Role.Fast, () => table.Unmap(range).Total, range.Pages, Refill),
            new Contender("read pass", Role.Limit, () => TablePass.Read(still.Arena.Memory, lastTables), range.Pages, Nothing),
        ]);
    }

    public static Row Discard(RowScope scope, ulong bytes)
    {
        var table = Layouts.Layouts.Build<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)), Layout.Contiguous4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var few = OneByOne(range, PageSize.Size4K);
        void Refill()
        {
            table.Unmap(range);
            Layouts.Layouts.Fill(table, Layout.Contiguous4K, bytes);
        }

        return new Row("leaf", [new Budget("by hand, one by one", 0.05), new Budget("one by one", 0.05)],
        [
            new Contender("discard", Role.Fast, () => table.TryDiscard(range).IsDone ? 1UL : 0, range.Pages, Refill),
            new Contender("by hand, one by one", Role.Reference, () => PageByPage.Unmap(table, few), few.Pages, Refill),
            new Contender("one by one", Role.Reference, () => UnmapEach(table, few), few.Pages, Refill),
        ]);
    }

    /// <summary>Dirty ranges without a change, one leaf in 512 written.</summary>
    public static Row Harvest(RowScope scope, ulong bytes)
    {
        var table = Layouts.Layouts.Build<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)), Layout.Contiguous4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(table, range);
        foreach (var last in lastTables)
            TableItems.Of(ref table.Arena.Memory.Table(last + ((last >> 9) & 0xFF8), 8)) |= 0x40;
        var ranges = new IovaRange[1 << 16];
        return new Row("leaf", [new Budget("read pass", 2.0)],
        [
            new Contender("dirty ranges", Role.Fast, () => Harvest(table, range, ranges), range.Pages),
            new Contender("read pass", Role.Limit, () => TablePass.Read(table.Arena.Memory, lastTables), range.Pages),
        ]);
    }

    private static ulong Harvest(PageTable<X64L4> table, IovaRange range, IovaRange[] ranges)
    {
        var cursor = new RunCursor(range);
        ulong count = 0;
        while (!cursor.IsAtEnd) count += (ulong)table.HarvestDirty(ref cursor, ranges, clear: false);
        return count;
    }

    private static IovaRange OneByOne(IovaRange range, PageSize size) => IovaRange.Of(range.Start, Math.Min(range.Bytes, OneByOneLeaves << size.Shift));

    private static ulong Store<TFormat>(PageTable<TFormat> table, ulong[] lastTables)
        where TFormat : struct, IMapFormat
    {
        TablePass.Store(table.Arena.Memory, lastTables);
        return 0;
    }

    private static ulong MapEach<TFormat>(PageTable<TFormat> table, IovaRange range, PageSize size)
        where TFormat : struct, IMapFormat
    {
        ulong leaves = 0;
        for (ulong offset = 0; offset < range.Bytes; offset += size.Bytes)
            leaves += table.TryMap(IovaRange.Of(range.Start + offset, size.Bytes), Layouts.Layouts.FirstPfn + (offset >> Pfn.Shift), Permissions.ReadWrite, size).Leaves.Total;
        return leaves;
    }

    private static ulong UnmapEach(PageTable<X64L4> table, IovaRange range)
    {
        ulong leaves = 0;
        for (ulong offset = 0; offset < range.Bytes; offset += 4096) leaves += table.TryUnmap(IovaRange.Of(range.Start + offset, 4096)).Leaves.Total;
        return leaves;
    }
}
