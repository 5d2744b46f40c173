using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Translation of many addresses in any order. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BatchTranslation
{
    // No table lies at the last byte of memory.
    private const ulong NoTable = ulong.MaxValue;

    /// <summary>Two passes over groups of 32: the first asks for the last item of each walk, the second reads it when it has come.</summary>
    /// <returns>How many have a translation; holes give <see cref="PhysicalAddress.None"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Translate<TFormat, TLast, TMemory>(in TMemory memory, ulong root, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)
        where TFormat : struct, IWalkFormat
        where TLast : struct, ITableLevel
        where TMemory : ITableMemory, allows ref struct
    {
        Span<ulong> tables = stackalloc ulong[32];
        var found = 0;
        for (var start = 0; start < inputs.Length; start += 32)
        {
            var group = inputs.Slice(start, Math.Min(32, inputs.Length - start));
            for (var i = 0; i < group.Length; i++)
            {
                tables[i] = TFormat.FindLastTable(memory, root, group[i], out var table) ? table : NoTable;
                if (tables[i] != NoTable) Prefetch<TLast, TMemory>(memory, table, group[i].Value);
            }

            for (var i = 0; i < group.Length; i++)
            {
                var output = tables[i] != NoTable
                    ? TFormat.TranslateInLastTable(memory, tables[i], group[i])
                    : TFormat.Translate(memory, root, group[i]);
                outputs[start + i] = output;
                found += output.IsNone ? 0 : 1;
            }
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<TLast, TMemory>(in TMemory memory, ulong table, ulong input)
        where TLast : struct, ITableLevel
        where TMemory : ITableMemory, allows ref struct
    {
        ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)TLast.EntryBytes << TLast.Bits));
        if (TMemory.AlwaysBacked || !Unsafe.IsNullRef(ref items))
            TableArena.Prefetch(ref LevelItems.At<TLast>(ref items, (nuint)(input >> TLast.Shift) & (((nuint)1 << TLast.Bits) - 1)));
    }
}
