using Fast.PageTables;
using Fast.Perf.Layouts;
using Fast.Perf.Limits;

namespace Fast.Perf.Compare;

/// <summary>Reading ranges as runs.</summary>
internal static class PinRows
{
    private const int ReferencePages = 1 << 15;

    // What a consumer takes at a time.
    internal const int SinkRuns = 4096;

    /// <summary>Runs into a sink that is emptied when it is full.</summary>
    public static Row Runs<TFormat>(RowScope scope, Layout layout, ulong bytes, Placement placement, double budget, bool follow = false)
        where TFormat : struct, IRunFormat, IMapFormat
    {
        var arena = scope.Own(Layouts.Layouts.Arena(bytes, placement));
        var table = Layouts.Layouts.Build<TFormat>(arena, layout, bytes, placement.Scattered);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(table, range);
        var sink = new Run[SinkRuns];
        var contenders = EachScan("runs to a sink", scan => Read(table, scan, range, sink), range.Pages);
        contenders.Add(new Contender("read pass", Role.Limit, () => TablePass.Read(arena.Memory, lastTables), range.Pages));
        var budgets = new List<Budget> { new("read pass", budget) };
        if (follow)
        {
            var small = IovaRange.Of(range.Start, (ulong)ReferencePages << Pfn.Shift);
            contenders.Add(new Contender("follow page by page", Role.Reference, () => FollowEach(table, small), ReferencePages));
            if (layout == Layout.Contiguous4K) budgets.Add(new Budget("follow page by page", 0.1));
        }

        return new Row("page", budgets, contenders);
    }

    /// <summary>All runs of the range into one buffer, as a caller who wants them all has it; every 8th page, so that there are many.</summary>
    public static Row ReadAll(RowScope scope, ulong bytes)
    {
        var arena = scope.Own(Layouts.Layouts.Arena(bytes));
        var table = Layouts.Layouts.Build<X64L4>(arena, Layout.Contiguous4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(table, range);
        var runs = new Run[1 << 20];
        var contenders = EachScan("runs", scan => Read(table, scan, range, runs), range.Pages);
        contenders.Add(new Contender("read pass", Role.Limit, () => TablePass.Read(arena.Memory, lastTables), range.Pages));
        return new Row("page", [new Budget("read pass", 1.4)], contenders);
    }

    /// <summary>Leaves above the last level.</summary>
    public static Row Large(RowScope scope, Layout layout, ulong bytes)
    {
        var arena = scope.Own(Layouts.Layouts.Arena(bytes));
        var table = Layouts.Layouts.Build<X64L4>(arena, layout, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var leaves = bytes >> (layout == Layout.Contiguous1G ? 30 : 21);
        var sink = new Run[SinkRuns];
        var contenders = EachScan("runs to a sink", scan => Read(table, scan, range, sink), leaves);
        contenders.Add(new Contender("follow leaf by leaf", Role.Reference, () => FollowEach(table, range), leaves));
        if (layout != Layout.Contiguous1G) return new Row("leaf", [], contenders);
        var pud = TableItems.Read(ref TableItems.Of(ref arena.Memory.Table(table.Root.Value, 4096)), 0) & 0x000F_FFFF_FFFF_F000;
        var first = (nuint)(range.Start.Value >> 30) & 0x1FF;
        contenders.Add(new Contender("straight loop", Role.Limit, () => TablePass.ReadLargeLeaves(arena.Memory, pud, first, (int)leaves), leaves));
        return new Row("leaf", [new Budget("straight loop", 1.0)], contenders);
    }

    /// <summary>The fused loop into a second table; only the pin is timed.</summary>
    public static Row Into(RowScope scope, ulong bytes)
    {
        var arena = scope.Own(Layouts.Layouts.Arena(bytes));
        var source = Layouts.Layouts.Build<X64L4>(arena, Layout.Contiguous4K, bytes);
        var destination = new PageTable<VtdSs4>(scope.Own(Layouts.Layouts.Arena(bytes)));
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var lastTables = TablePass.LastTables(source, range);
        return new Row("page", [],
        [
            new Contender(
                "fused pin loop",
                Role.Fast,
                () => PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(source, range, destination, range.Start, Permissions.ReadWrite).Pages,
                range.Pages,
                () => destination.Unmap(range)),
            new Contender("read pass", Role.Limit, () => TablePass.Read(arena.Memory, lastTables), range.Pages),
        ]);
    }

    /// <summary>A contender for each scan of this machine, the widest first.</summary>
    public static List<Contender> EachScan(string name, Func<ScanVariant, ulong> run, double units) =>
        [.. ScanVariants.Supported.Reverse().Select(scan => new Contender($"{name}, {scan.ToString().ToLowerInvariant()}", Role.Fast, () => run(scan), units))];

    internal static ulong Read<TFormat>(PageTable<TFormat> table, ScanVariant scan, IovaRange range, Run[] runs)
        where TFormat : struct, IRunFormat
    {
        var cursor = new RunCursor(range);
        ulong count = 0;
        while (!cursor.IsAtEnd) count += (ulong)PageTableRuns.ReadRuns<TFormat, ArenaMemory>(table.Arena.Memory, table.RootWord, scan, ref cursor, runs);
        return count;
    }

    private static ulong FollowEach<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IWalkFormat
    {
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last && table.Follow(at, out var leaf); at += leaf.Size.Bytes) sum += leaf.Pfn.Value;
        return sum;
    }
}
