using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fast.PageTables;

namespace Fast.Perf.Limits;

/// <summary>
/// The limits: what it costs to touch the same last-level tables in the same order and do nothing with them. The fastest scan of ours, only
/// combining; the widest vectors, also when a narrower scan is measured.
/// </summary>
public static class TablePass
{
    /// <summary>Addresses of the last-level tables of <paramref name="range"/>, in the order in which a scan meets them.</summary>
    public static ulong[] LastTables<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IWalkFormat
    {
        var tables = new List<ulong>();
        for (var at = range.Start; at <= range.Last; at += PageSize.Size2M.Bytes)
        {
            if (TFormat.FindLastTable(table.Arena.Memory, table.RootWord, at, out var last)) tables.Add(last);
        }

        return [.. tables];
    }

    /// <summary>Reads every item once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Read(ArenaMemory memory, ulong[] tables)
    {
        var (a, b, c, d) = (Vector512<ulong>.Zero, Vector512<ulong>.Zero, Vector512<ulong>.Zero, Vector512<ulong>.Zero);
        foreach (var table in tables)
        {
            ref var items = ref TableItems.Of(ref memory.Table(table, 4096));
            for (nuint i = 0; i < 512; i += 64)
            {
                a |= Vector512.LoadUnsafe(ref items, i);
                b |= Vector512.LoadUnsafe(ref items, i + 8);
                c |= Vector512.LoadUnsafe(ref items, i + 16);
                d |= Vector512.LoadUnsafe(ref items, i + 24);
                a |= Vector512.LoadUnsafe(ref items, i + 32);
                b |= Vector512.LoadUnsafe(ref items, i + 40);
                c |= Vector512.LoadUnsafe(ref items, i + 48);
                d |= Vector512.LoadUnsafe(ref items, i + 56);
            }
        }

        return Vector512.Sum(a | b | c | d);
    }

    /// <summary>Writes every item once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(ArenaMemory memory, ulong[] tables)
    {
        var value = Vector512.Create(0x8000_0000_0000_0063UL);
        foreach (var table in tables)
        {
            ref var items = ref TableItems.Of(ref memory.Table(table, 4096));
            for (nuint i = 0; i < 512; i += 32)
            {
                value.StoreUnsafe(ref items, i);
                value.StoreUnsafe(ref items, i + 8);
                value.StoreUnsafe(ref items, i + 16);
                value.StoreUnsafe(ref items, i + 24);
            }
        }
    }

    /// <summary>A straight loop over the large leaves of one table, merging them: what a person would write for 32 entries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong ReadLargeLeaves(ArenaMemory memory, ulong table, nuint first, int count)
    {
        ref var items = ref TableItems.Of(ref memory.Table(table, 4096));
        ulong expected = 0, runs = 0;
        for (var i = 0; i < count; i++)
        {
            var item = Unsafe.Add(ref items, first + (nuint)i);
            if ((item & 0x81) != 0x81) continue;
            if ((item & 0x8000_FFFF_C000_0007) != expected) runs++;
            expected = (item & 0x8000_FFFF_C000_0007) + (1UL << 30);
        }

        return runs;
    }
}
