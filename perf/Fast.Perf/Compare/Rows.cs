using Fast.PageTables;
using Fast.Perf.Layouts;
using Fast.Perf.Limits;

namespace Fast.Perf.Compare;

/// <summary>The rows of <c>compare</c>.</summary>
public static class Rows
{
    private const int ReferencePages = 1 << 15;

    /// <summary>All rows over <paramref name="bytes"/> of input addresses.</summary>
    public static IEnumerable<Func<Row>> All(ulong bytes) =>
    [
        () => Pin(Layout.Contiguous4K, "pin 4K contiguous", bytes, ("read pass", 1.5)),
        () => Pin(Layout.EveryEighth4K, "pin 4K, every 8th page a new run", bytes, ("read pass", 3.0)),
        () => PinLarge(Layout.Contiguous2M, "pin 2M leaves", bytes, null),
        () => PinLarge(Layout.Contiguous1G, "pin 1G leaves", bytes, ("straight loop", 1.0)),
        () => PinInto(Layout.Contiguous4K, "pin 4K contiguous into VT-d", bytes),
        () => Map(PageSize.Size4K, "range map 4K", bytes, ("store pass", 1.6)),
        () => Map(PageSize.Size2M, "range map 2M", bytes, ("one by one", 0.6)),
        () => Unmap(bytes),
        () => TranslateInOrder(bytes),
        () => TranslateRandom(bytes),
    ];

    private static Row Pin(Layout layout, string name, ulong bytes, (string, double)? budget)
    {
        var table = Layouts.Layouts.Build(layout, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(table, range);
        var runs = new Run[1 << 20];
        var small = IovaRange.Of(range.Start, (ulong)ReferencePages << Pfn.Shift);
        return new Row(name, "page", budget,
        [
            new Contender("runs to a sink", Role.Fast, () => ReadRuns(table, range, runs), range.Pages),
            new Contender("read pass", Role.Limit, () => TablePass.Read(table.Arena.Memory, lastTables), range.Pages),
            new Contender("follow page by page", Role.Reference, () => FollowEach(table, small), ReferencePages),
            new Contender("run-time parameters, page by page", Role.Reference, () => WalkEach(table, small), ReferencePages),
        ]);
    }

    private static Row PinLarge(Layout layout, string name, ulong bytes, (string, double)? budget)
    {
        var table = Layouts.Layouts.Build(layout, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var shift = layout == Layout.Contiguous1G ? 30 : 21;
        var leaves = bytes >> shift;
        var runs = new Run[1024];
        var contenders = new List<Contender>
        {
            new("runs to a sink", Role.Fast, () => ReadRuns(table, range, runs), leaves),
            new("follow leaf by leaf", Role.Reference, () => FollowLeaves(table, range), leaves),
        };
        if (layout == Layout.Contiguous1G)
        {
            var memory = table.Arena.Memory;
            var pud = TableItems.Read(ref TableItems.Of(ref memory.Table(table.Root.Value, 4096)), 0) & 0x000F_FFFF_FFFF_F000;
            var first = (nuint)(range.Start.Value >> 30) & 0x1FF;
            contenders.Insert(1, new Contender("straight loop", Role.Limit, () => TablePass.ReadLargeLeaves(memory, pud, first, (int)leaves), leaves));
        }

        return new Row(name, "leaf", budget, contenders);
    }

    private static Row PinInto(Layout layout, string name, ulong bytes)
    {
        var source = Layouts.Layouts.Build(layout, bytes);
        var destination = new PageTable<VtdSs4>(new TableArena());
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(source, range);
        return new Row(name, "page", null,
        [
            new Contender(
                "fused pin loop",
                Role.Fast,
                () => PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(source, range, destination, range.Start, Permissions.ReadWrite).Pages,
                range.Pages,
                () => destination.Unmap(range)),
            new Contender("read pass", Role.Limit, () => TablePass.Read(source.Arena.Memory, lastTables), range.Pages),
        ]);
    }

    private static Row Map(PageSize size, string name, ulong bytes, (string, double)? budget)
    {
        var table = new PageTable<X64L4>(new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 30 }));
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var leaves = bytes >> size.Shift;
        void Clear() => table.Unmap(range);
        var contenders = new List<Contender>
        {
            new("range map", Role.Fast, () => table.TryMap(range, Layouts.Layouts.FirstPfn, Permissions.ReadWrite, size).Leaves.Total, leaves, Clear),
            new("one by one", Role.Reference, () => MapEach(table, range, size), leaves, Clear),
        };
        if (size == PageSize.Size4K)
        {
            var filled = Layouts.Layouts.Build(Layout.Contiguous4K, bytes);
            var lastTables = TablePass.LastTables(filled, range);
            contenders.Insert(1, new Contender("store pass", Role.Limit, () => StorePass(filled, lastTables), leaves, static () => { }));
        }

        return new Row(name, "leaf", budget, contenders);
    }

    private static Row Unmap(ulong bytes)
    {
        var table = Layouts.Layouts.Build(Layout.Contiguous4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var still = Layouts.Layouts.Build(Layout.Contiguous4K, bytes);
        var lastTables = TablePass.LastTables(still, range);
        void Refill() => Layouts.Layouts.Fill(table, Layout.Contiguous4K, bytes);
        return new Row("unmap 4K, leaves counted", "leaf", ("read pass", 2.0),
        [
            new Contender("range unmap", Role.Fast, () => table.Unmap(range).Total, range.Pages, Refill),
            new Contender("read pass", Role.Limit, () => TablePass.Read(still.Arena.Memory, lastTables), range.Pages, static () => { }),
            new Contender("one by one", Role.Reference, () => UnmapEach(table, range), range.Pages, Refill),
        ]);
    }

    private static Row TranslateInOrder(ulong bytes)
    {
        var table = Layouts.Layouts.Build(Layout.Contiguous4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        return new Row("translate in order", "translation", ("without a cursor", 0.4),
        [
            new Contender("with a cursor", Role.Fast, () => TranslateByCursor(table, range), range.Pages),
            new Contender("without a cursor", Role.Reference, () => TranslateEach(table, range), range.Pages),
        ]);
    }

    private static Row TranslateRandom(ulong bytes)
    {
        const int count = 1 << 20;
        var table = Layouts.Layouts.Build(Layout.Contiguous4K, bytes);
        var random = new Random(20260101);
        var inputs = new Iova[count];
        foreach (ref var input in inputs.AsSpan()) input = Layouts.Layouts.Start + ((ulong)random.NextInt64((long)bytes) & ~7UL);
        var outputs = new PhysicalAddress[count];
        return new Row("translate at random", "translation", ("one by one", 0.4),
        [
            new Contender("batch", Role.Fast, () => (ulong)table.Translate(inputs, outputs), count),
            new Contender("one by one", Role.Reference, () => TranslateAll(table, inputs, outputs), count),
        ]);
    }

    private static ulong ReadRuns(PageTable<X64L4> table, IovaRange range, Run[] runs)
    {
        var cursor = new RunCursor(range);
        ulong count = 0;
        while (!cursor.IsAtEnd) count += (ulong)table.ReadRuns(ref cursor, runs);
        return count;
    }

    private static ulong FollowEach(PageTable<X64L4> table, IovaRange range)
    {
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096)
        {
            if (table.Follow(at, out var leaf)) sum += leaf.Pfn.Value;
        }

        return sum;
    }

    private static ulong WalkEach(PageTable<X64L4> table, IovaRange range)
    {
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096)
            sum += ReferenceWalker.Walk(X64L4.Facts, table.Arena.Memory, table.RootWord, at, FormatLimits.None).Leaf.Pfn.Value;
        return sum;
    }

    private static ulong FollowLeaves(PageTable<X64L4> table, IovaRange range)
    {
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last && table.Follow(at, out var leaf); at += leaf.Size.Bytes) sum += leaf.Pfn.Value;
        return sum;
    }

    private static ulong StorePass(PageTable<X64L4> table, ulong[] lastTables)
    {
        TablePass.Store(table.Arena.Memory, lastTables);
        return 0;
    }

    private static ulong MapEach(PageTable<X64L4> table, IovaRange range, PageSize size)
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

    private static ulong TranslateByCursor(PageTable<X64L4> table, IovaRange range)
    {
        var cursor = table.Cursor();
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096) sum += cursor.Translate(at).Value;
        return sum;
    }

    private static ulong TranslateEach(PageTable<X64L4> table, IovaRange range)
    {
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096) sum += table.Translate(at).Value;
        return sum;
    }

    private static ulong TranslateAll(PageTable<X64L4> table, Iova[] inputs, PhysicalAddress[] outputs)
    {
        for (var i = 0; i < inputs.Length; i++) outputs[i] = table.Translate(inputs[i]);
        return outputs[^1].Value;
    }
}
