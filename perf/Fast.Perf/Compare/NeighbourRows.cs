using Fast.PageTables;
using Fast.Perf.Layouts;
using Fast.Perf.Limits;
using Fast.Perf.Threads;

namespace Fast.Perf.Compare;

/// <summary>
/// An experiment: the same loop over tables in memory and over tables in the cache, alone and beside a thread of this process that does nothing but read memory. What
/// the neighbour slows in memory and not in the cache waits for memory.
/// </summary>
internal static class NeighbourRows
{
    // 512 KiB of last tables.
    private const ulong InCache = 256UL << 20;

    public static Row EveryEighth(RowScope scope, ulong bytes)
    {
        var arena = scope.Own(Layouts.Layouts.Arena(bytes));
        var table = Layouts.Layouts.Build<X64L4>(arena, Layout.EveryEighth4K, bytes);
        var (whole, few) = (IovaRange.Of(Layouts.Layouts.Start, bytes), IovaRange.Of(Layouts.Layouts.Start, InCache));
        var lastTables = TablePass.LastTables(table, whole);
        var memory = scope.Own(Layouts.Layouts.Arena(bytes));
        var other = TablePass.LastTables(Layouts.Layouts.Build<X64L4>(memory, Layout.Contiguous4K, bytes), whole);
        var neighbour = scope.Own(new BesideThread(() => TablePass.Read(memory.Memory, other)));
        var sink = new Run[PinRows.SinkRuns];
        var scan = table.Scan;
        Func<ulong> read = () => TablePass.Read(arena.Memory, lastTables);
        Func<ulong> inMemory = () => PinRows.Read(table, scan, whole, sink);
        Func<ulong> inCache = () =>
        {
            ulong runs = 0;
            for (ulong done = 0; done < bytes; done += InCache) runs += PinRows.Read(table, scan, few, sink);
            return runs;
        };

        return new Row("page", [],
        [
            new Contender("memory, alone", Role.Fast, inMemory, whole.Pages),
            new Contender("memory, beside a reader", Role.Fast, () => neighbour.While(inMemory), whole.Pages),
            new Contender("cache, alone", Role.Fast, inCache, whole.Pages),
            new Contender("cache, beside a reader", Role.Fast, () => neighbour.While(inCache), whole.Pages),
            new Contender("read pass, alone", Role.Limit, read, whole.Pages),
            new Contender("read pass, beside a reader", Role.Limit, () => neighbour.While(read), whole.Pages),
        ]);
    }
}
