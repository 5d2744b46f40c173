using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Compare;

/// <summary>Translating addresses.</summary>
internal static class TranslateRows
{
    public static Row InOrder(RowScope scope, Layout layout, ulong bytes)
    {
        var table = Layouts.Layouts.Build<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)), layout, bytes);
        var range = IovaRange.Of(Layouts.Layouts.Start, bytes);
        // The budget is that of pages that continue each other; the other rows show what a cursor is worth elsewhere.
        return new Row("translation", layout == Layout.Contiguous4K ? [new Budget("without a cursor", 0.4)] : [],
        [
            new Contender("with a cursor", Role.Fast, () => ByCursor(table, range), range.Pages),
            new Contender("without a cursor", Role.Reference, () => Each(table, range), range.Pages),
        ]);
    }

    public static Row AtRandom(RowScope scope, ulong bytes)
    {
        const int count = 1 << 20;
        var table = Layouts.Layouts.Build<X64L4>(scope.Own(Layouts.Layouts.Arena(bytes)), Layout.Contiguous4K, bytes);
        var random = new Random(20260101);
        var inputs = new Iova[count];
        foreach (ref var input in inputs.AsSpan()) input = Layouts.Layouts.Start + ((ulong)random.NextInt64((long)bytes) & ~7UL);
        var outputs = new PhysicalAddress[count];
        return new Row("translation", [new Budget("one by one", 0.4)],
        [
            new Contender("batch", Role.Fast, () => (ulong)table.Translate(inputs, outputs), count),
            new Contender("one by one", Role.Reference, () => All(table, inputs, outputs), count),
        ]);
    }

    private static ulong ByCursor(PageTable<X64L4> table, IovaRange range)
    {
        var cursor = table.Cursor();
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096) sum += cursor.Translate(at).Value;
        return sum;
    }

    private static ulong Each(PageTable<X64L4> table, IovaRange range)
    {
        ulong sum = 0;
        for (var at = range.Start; at <= range.Last; at += 4096) sum += table.Translate(at).Value;
        return sum;
    }

    private static ulong All(PageTable<X64L4> table, Iova[] inputs, PhysicalAddress[] outputs)
    {
        for (var i = 0; i < inputs.Length; i++) outputs[i] = table.Translate(inputs[i]);
        return outputs[^1].Value;
    }
}
