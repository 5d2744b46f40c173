using Fast.PageTables;
using Fast.Perf.Layouts;
using Fast.Perf.References;

namespace Fast.Perf.Compare;

/// <summary>What generation buys: emitted code against one loop with run-time parameters, and against generics over static abstract constants written by hand.</summary>
internal static class GenerationRows
{
    // 1.3 times as fast.
    private static readonly Budget[] Budgets = [new("run-time parameters", 1 / 1.3), new("by hand, static abstract", 1.0, WithinSpread: true)];

    /// <summary>Single walks; where each page has rights of its own a processor cannot foresee them, and there is no budget.</summary>
    public static Row Follow(RowScope scope, ulong bytes, bool ownRights = false)
    {
        var (table, memory, root, range) = ownRights ? BuildOwnRights(scope, bytes) : Build(scope, Layout.Contiguous4K, bytes);
        return new Row("walk", ownRights ? [] : Budgets,
        [
            new Contender("generated", Role.Fast, () => Generated(table, range), range.Pages),
            new Contender("run-time parameters", Role.Reference, () => AtRunTime(RuntimeFormat.X64L4, memory, root, range), range.Pages),
            new Contender("by hand, static abstract", Role.Reference, () => ByHand(memory, root, range), range.Pages),
        ]);

        static ulong Generated(PageTable<X64L4> table, IovaRange range)
        {
            ulong sum = 0;
            var (memory, root) = (table.Arena.Memory, table.RootWord);
            for (var at = range.Start; at <= range.Last; at += 4096)
            {
                if (X64L4.Follow(memory, root, at, out var leaf)) sum += leaf.Pfn.Value ^ (ulong)leaf.Permissions;
            }

            return sum;
        }

        static ulong AtRunTime(RuntimeFormat format, ArenaMemory memory, ulong root, IovaRange range)
        {
            ulong sum = 0;
            for (var at = range.Start; at <= range.Last; at += 4096)
            {
                if (format.Follow(memory, root, at.Value, out var leaf)) sum += leaf.Pfn.Value ^ (ulong)leaf.Permissions;
            }

            return sum;
        }

        static ulong ByHand(ArenaMemory memory, ulong root, IovaRange range)
        {
            ulong sum = 0;
            for (var at = range.Start; at <= range.Last; at += 4096)
            {
                if (HandWritten.Follow<HandX64L4>(memory, root, at.Value, out var leaf)) sum += leaf.Pfn.Value ^ (ulong)leaf.Permissions;
            }

            return sum;
        }
    }

    public static Row Translate(RowScope scope, ulong bytes)
    {
        var (_, memory, root, range) = Build(scope, Layout.Contiguous4K, bytes);
        return new Row("translation", Budgets,
        [
            new Contender("generated", Role.Fast, () => Generated(memory, root, range), range.Pages),
            new Contender("run-time parameters", Role.Reference, () => AtRunTime(RuntimeFormat.X64L4, memory, root, range), range.Pages),
            new Contender("by hand, static abstract", Role.Reference, () => ByHand(memory, root, range), range.Pages),
        ]);

        static ulong Generated(ArenaMemory memory, ulong root, IovaRange range)
        {
            ulong sum = 0;
            for (var at = range.Start; at <= range.Last; at += 4096) sum += X64L4.Translate(memory, root, at).Value;
            return sum;
        }

        static ulong AtRunTime(RuntimeFormat format, ArenaMemory memory, ulong root, IovaRange range)
        {
            ulong sum = 0;
            for (var at = range.Start; at <= range.Last; at += 4096) sum += format.Translate(memory, root, at.Value);
            return sum;
        }

        static ulong ByHand(ArenaMemory memory, ulong root, IovaRange range)
        {
            ulong sum = 0;
            for (var at = range.Start; at <= range.Last; at += 4096) sum += HandWritten.Translate<HandX64L4>(memory, root, at.Value);
            return sum;
        }
    }

    public static Row LargeLeaves(RowScope scope, ulong bytes)
    {
        var (table, memory, root, range) = Build(scope, Layout.Contiguous1G, bytes);
        var runs = new Run[64];
        var leaves = bytes >> 30;
        return new Row("leaf", Budgets,
        [
            new Contender("generated", Role.Fast, () => Generated(table, range, runs), leaves),
            new Contender("run-time parameters", Role.Reference, () => (ulong)RuntimeFormat.X64L4.Runs(memory, root, range, runs), leaves),
            new Contender("by hand, static abstract", Role.Reference, () => (ulong)HandWritten.RunsOfLargeLeaves<HandX64L4>(memory, root, range, runs), leaves),
        ]);

        static ulong Generated(PageTable<X64L4> table, IovaRange range, Run[] runs)
        {
            var cursor = new RunCursor(range);
            return (ulong)table.ReadRuns(ref cursor, runs);
        }
    }

    private static (PageTable<X64L4> Table, ArenaMemory Memory, ulong Root, IovaRange Range) Build(RowScope scope, Layout layout, ulong bytes)
    {
        var table = Layouts.Layouts.Build<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)), layout, bytes);
        return (table, table.Arena.Memory, table.RootWord, IovaRange.Of(Layouts.Layouts.Start, bytes));
    }

    private static (PageTable<X64L4> Table, ArenaMemory Memory, ulong Root, IovaRange Range) BuildOwnRights(RowScope scope, ulong bytes)
    {
        var table = new PageTable<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)));
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var random = new Random(20260101);
        Permissions[] rights = [Permissions.Read, Permissions.ReadWrite, Permissions.Read | Permissions.Execute, Permissions.ReadWrite | Permissions.Execute];
        for (ulong page = 0; page < range.Pages; page++)
            table.Map(IovaRange.Of(range.Start + (page << Pfn.Shift), 4096), Layouts.Layouts.FirstPfn + page, rights[random.Next(rights.Length)], PageSize.Size4K);
        return (table, table.Arena.Memory, table.RootWord, range);
    }
}
