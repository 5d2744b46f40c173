using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Reads and writes of single items, for emitted code: one aligned access each, so that a reader never sees half an entry.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TableItems
{
    /// <summary>The items of the table whose first byte is <paramref name="table"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong Of(ref byte table) => ref Unsafe.As<byte, ulong>(ref table);

    /// <summary>The items of a table of <paramref name="arena"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong In(TableArena arena, ulong table)
    {
        ArgumentNullException.ThrowIfNull(arena);
        return ref Of(ref arena.Memory.Table(table, 0));
    }

    /// <summary>Reads one item of a table in any memory, once; <see langword="false"/> when the table is not backed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead<TMemory>(in TMemory memory, ulong table, nuint bytes, nuint index, out ulong item)
        where TMemory : ITableMemory, allows ref struct
    {
        ref var items = ref Of(ref memory.Table(table, bytes));
        if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref items))
        {
            item = 0;
            return false;
        }

        item = Read(ref items, index);
        return true;
    }

    /// <summary>Reads one item, once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ref ulong table, nuint index) => Volatile.Read(ref Unsafe.Add(ref table, index));

    /// <summary>Publishes one item: everything written before is visible to who reads it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Publish(ref ulong table, nuint index, ulong value) => Volatile.Write(ref Unsafe.Add(ref table, index), value);

    /// <summary>Publishes <paramref name="value"/> if the item still is <paramref name="expected"/>; returns what it was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange(ref ulong table, nuint index, ulong value, ulong expected) =>
        Interlocked.CompareExchange(ref Unsafe.Add(ref table, index), value, expected);
}
