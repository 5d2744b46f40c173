using System.Runtime.CompilerServices;
using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Disassembly;

/// <summary>
/// The methods in which the time goes, and a run through each of them: what the JIT lists of it is committed next to the results and checked for its shape. Child
/// process of <see cref="DisassemblyCommand"/> and of the tests.
/// </summary>
public static class HotMethods
{
    /// <summary>A file name, the method as the JIT names it, and a part of its signature where a name alone is not enough.</summary>
    public static IReadOnlyList<(string File, string Method, string Signature)> All { get; } =
    [
        ("scan", "RunScannerVector512BreakMask:Fast.PageTables.IBreakSteps.Scan", "X64L4+PteItems"),
        ("write-runs", "BreakMasks:WriteUniform", "X64L4+PteItems"),
        ("fill", "LeafFill:Fill", ""),
        ("count", "LeafFill:Count", ""),
        ("find-use", "UseScan:Find", ""),
        ("cursor", "HotMethods:InOrder", ""),
        ("translate", "HotMethods:Translate", ""),
    ];

    /// <summary>What DOTNET_JitDisasm must be for them to be listed.</summary>
    public static string Filter => "*Scan WriteUniform Fill Count Find Translate InOrder";

    /// <summary>Calls each of them; returns 0.</summary>
    public static int Exercise()
    {
        const ulong bytes = 64UL << 20;
        using var arena = Layouts.Layouts.Arena(bytes);
        var table = Layouts.Layouts.Build<X64L4>(arena, Layout.EveryEighth4K, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        var cursor = new RunCursor(range);
        var runs = new Run[4096];
        ulong sum = 0;
        while (!cursor.IsAtEnd) sum += (ulong)table.ReadRuns(ref cursor, runs);
        for (var at = range.Start; at <= range.Last; at += 4096) sum += Translate(arena.Memory, table.RootWord, at);
        sum += InOrder(table, range);
        // A part of a table is read and cleared, whole ones are looked at for dirty leaves.
        sum += table.Unmap(IovaRange.Of(range.Start, 100UL << Pfn.Shift)).Total;
        sum += table.TryUnmap(range, new ulong[range.Pages / 64]).Leaves.Total;
        Layouts.Layouts.Fill(table, Layout.Contiguous4K, bytes);
        return sum == 0 ? 1 : 0;
    }

    /// <summary>A cursor in a caller's loop.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong InOrder(PageTable<X64L4> table, IovaRange range)
    {
        var cursor = table.Cursor();
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096) sum += cursor.Translate(at).Value;
        return sum;
    }

    /// <summary>The emitted descent as a caller's code holds it: inlined.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Translate(ArenaMemory memory, ulong root, Iova input) => X64L4.Translate(memory, root, input).Value;
}
