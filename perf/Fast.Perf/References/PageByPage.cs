using System.Runtime.CompilerServices;
using Fast.PageTables;

namespace Fast.Perf.References;

/// <summary>Maps and unmaps x86-64 leaves one by one, written by hand: a walk, an entry, the next. What a plain good loop costs.</summary>
public static class PageByPage
{
    private const ulong Address = 0x000F_FFFF_FFFF_F000;
    private const ulong Table = 0x67;

    /// <summary>Maps every leaf of a range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Map(PageTable<X64L4> table, IovaRange range, Pfn first, PageSize size)
    {
        ulong leaves = 0;
        var memory = table.Arena.Memory;
        var bits = 0x8000_0000_0000_0003UL | (size.Shift == 12 ? 0UL : 0x80);
        for (ulong offset = 0; offset < range.Bytes; offset += size.Bytes)
        {
            if (!TryMap(memory, table.Arena, table.Root.Value, range.Start.Value + offset, (first.Value << 12) + offset | bits, size.Shift)) return 0;
            leaves++;
        }

        return leaves;
    }

    /// <summary>Clears every leaf of a range; tables stay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Unmap(PageTable<X64L4> table, IovaRange range)
    {
        ulong leaves = 0;
        var memory = table.Arena.Memory;
        for (ulong offset = 0; offset < range.Bytes; offset += 4096)
        {
            var at = range.Start.Value + offset;
            var items = table.Root.Value;
            for (var shift = 39; shift > 12; shift -= 9) items = Item(memory, items, at, shift) & Address;
            ref var item = ref Item(memory, items, at, 12);
            if ((item & 1) != 0) leaves++;
            Volatile.Write(ref item, 0);
        }

        return leaves;
    }

    private static bool TryMap(ArenaMemory memory, TableArena arena, ulong root, ulong at, ulong leaf, int leafShift)
    {
        var items = root;
        for (var shift = 39; shift > leafShift; shift -= 9)
        {
            ref var link = ref Item(memory, items, at, shift);
            if (link == 0)
            {
                if (!arena.TryAllocate(4096, zeroed: true, out var below)) return false;
                Volatile.Write(ref link, below | Table);
            }

            items = link & Address;
        }

        ref var item = ref Item(memory, items, at, leafShift);
        if (item != 0) return false;
        Volatile.Write(ref item, leaf);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref ulong Item(ArenaMemory memory, ulong table, ulong input, int shift) =>
        ref Unsafe.Add(ref TableItems.Of(ref memory.Table(table, 4096)), (nuint)(input >> shift) & 511);
}
