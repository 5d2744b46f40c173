using Fast.PageTables;
using Fast.Perf.Limits;
using Fast.Perf.Threads;

namespace Fast.Perf.Compare;

/// <summary>Several threads; wall clock.</summary>
internal static class ThreadRows
{
    private const int Bars = 14;
    private const ulong BarBytes = 8UL << 30;

    /// <summary>
    /// 14 BARs of 8 GiB with 4 KiB leaves at once, against one after the other by one thread; the store pass both ways says what the memory has for a second thread.
    /// </summary>
    public static Row Map(RowScope scope, bool oneTable)
    {
        var arena = scope.Own(Layouts.Layouts.Arena(Bars * BarBytes));
        var shared = new PageTable<VtdSs4>(arena);
        var tables = Enumerable.Range(0, Bars).Select(_ => oneTable ? shared : new PageTable<VtdSs4>(arena)).ToArray();
        var team = scope.Own(new ThreadTeam(Bars, bar => MapBar(tables[bar], bar)));
        void Clear()
        {
            for (var bar = 0; bar < Bars; bar++) tables[bar].Unmap(Range(bar));
        }

        var memory = scope.Own(Layouts.Layouts.Arena(Bars * BarBytes));
        var full = new PageTable<VtdSs4>(memory);
        for (var bar = 0; bar < Bars; bar++) MapBar(full, bar);
        var last = Enumerable.Range(0, Bars).Select(bar => TablePass.LastTables(full, Range(bar))).ToArray();
        var stores = scope.Own(new ThreadTeam(Bars, bar => Store(memory, last[bar])));
        return new Row("leaf", [],
        [
            new Contender("14 threads", Role.Fast, team.RunAll, Bars * (BarBytes >> 12), Clear),
            new Contender("one thread", Role.Reference, () => OneByOne(tables), Bars * (BarBytes >> 12), Clear),
            new Contender("store pass, 14 threads", Role.Limit, stores.RunAll, Bars * (BarBytes >> 12), static () => { }),
            new Contender("store pass, one thread", Role.Limit, () => StoreAll(memory, last), Bars * (BarBytes >> 12), static () => { }),
        ], Threads: true);
    }

    /// <summary>A reader that translates while another thread maps and unmaps beside its range, against the same reader alone.</summary>
    public static Row ReadBesideWriter(RowScope scope)
    {
        var table = new PageTable<VtdSs4>(scope.Own(Layouts.Layouts.Arena(4 * BarBytes)));
        MapBar(table, 0);
        var range = Range(1);
        var writer = scope.Own(new BesideThread(() =>
        {
            // A reader that loses its processor while it is inside holds back what was freed. The arena is full then: nothing is mapped, and the writer tries again.
            if (table.TryMap(range, new Pfn(0), Permissions.ReadWrite, PageSize.Size4K).IsDone) table.Unmap(range);
        }));
        return new Row("translation", [],
        [
            new Contender("beside a writer", Role.Fast, () => writer.While(() => Read(table)), BarBytes >> 12),
            new Contender("alone", Role.Reference, () => Read(table), BarBytes >> 12, static () => { }),
        ], Threads: true);
    }

    private static ulong Read(PageTable<VtdSs4> table)
    {
        ulong sum = 0;
        var range = Range(0);
        // Not inside all the time: what the writer frees could not be used again until the end.
        for (var at = range.Start; at <= range.Last;)
        {
            using var inside = table.Arena.EnterReader();
            for (var end = at + PageSize.Size2M.Bytes; at < end; at += 4096) sum += table.Translate(at).Value;
        }

        return sum;
    }

    private static ulong Store(TableArena arena, ulong[] tables)
    {
        TablePass.Store(arena.Memory, tables);
        return (ulong)tables.Length;
    }

    private static ulong StoreAll(TableArena arena, ulong[][] tables)
    {
        ulong stored = 0;
        foreach (var bar in tables) stored += Store(arena, bar);
        return stored;
    }

    private static ulong OneByOne(PageTable<VtdSs4>[] tables)
    {
        ulong leaves = 0;
        for (var bar = 0; bar < Bars; bar++) leaves += MapBar(tables[bar], bar);
        return leaves;
    }

    private static ulong MapBar(PageTable<VtdSs4> table, int bar) =>
        table.TryMap(Range(bar), new Pfn((ulong)bar * BarBytes >> Pfn.Shift), Permissions.ReadWrite, PageSize.Size4K).Leaves.Total;

    private static IovaRange Range(int bar) => IovaRange.Of(Layouts.Layouts.Start + ((ulong)bar * BarBytes), BarBytes);
}
