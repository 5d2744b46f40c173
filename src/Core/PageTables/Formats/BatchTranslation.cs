using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Translation of many addresses in any order. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BatchTranslation
{
    // No table lies at the last byte of memory.
    private const ulong NoTable = ulong.MaxValue;

    // Addresses that are on their way at once. A power of two.
    private const int Ahead = 32;

    /// <summary>
    /// A ring: the item of each address is asked for 32 addresses before it is read, so that something is always on its way. Two passes over groups would wait at the end
    /// of each group.
    /// </summary>
    /// <returns>How many have a translation; holes give <see cref="PhysicalAddress.None"/>.</returns>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Translate<TFormat, TLast, TMemory>(in TMemory memory, ulong root, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)
        where TFormat : struct, IWalkFormat
        where TLast : struct, ITableLevel
        where TMemory : ITableMemory, allows ref struct
    {
        Span<ulong> ring = stackalloc ulong[Ahead];
        for (var i = 0; i < Math.Min(Ahead, inputs.Length); i++) ring[i] = Ask<TFormat, TLast, TMemory>(memory, root, inputs[i]);
        var found = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            ref var place = ref ring[i & (Ahead - 1)];
            var table = place;
            if (i < inputs.Length - Ahead) place = Ask<TFormat, TLast, TMemory>(memory, root, inputs[i + Ahead]);
            var output = table != NoTable
                ? TFormat.TranslateInLastTable(memory, table, inputs[i])
                : TFormat.Translate(memory, root, inputs[i]);
            outputs[i] = output;
            found += output.IsNone ? 0 : 1;
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Ask<TFormat, TLast, TMemory>(in TMemory memory, ulong root, Iova input)
        where TFormat : struct, IWalkFormat
        where TLast : struct, ITableLevel
        where TMemory : ITableMemory, allows ref struct
    {
        if (!TFormat.FindLastTable(memory, root, input, out var table)) return NoTable;
        Prefetch<TLast, TMemory>(memory, table, input.Value);
        return table;
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
