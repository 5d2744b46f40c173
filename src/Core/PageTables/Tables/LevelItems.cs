using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// <see cref="TableItems"/> for the items of a level, as wide as the level says: 4 or 8 bytes. Where the format's project set
/// <c>FastPageTablesTestHooks</c> each access calls the hooks before and after; elsewhere nothing of it is left.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LevelItems
{
    /// <summary>The item at <paramref name="index"/>, as the first of those from there on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong At<TLevel>(ref ulong table, nuint index)
        where TLevel : struct, ITableLevel =>
        ref TLevel.EntryBytes == 4 ? ref Unsafe.As<uint, ulong>(ref NarrowItems.At(ref table, index)) : ref Unsafe.Add(ref table, index);

    /// <inheritdoc cref="TableItems.TryRead"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead<TLevel, TMemory>(in TMemory memory, ulong table, nuint bytes, nuint index, out ulong item)
        where TLevel : struct, ITableLevel
        where TMemory : ITableMemory, allows ref struct
    {
        if (TLevel.Hooks) TableHooks.Announce(TableAccess.Read);
        ref var items = ref TableItems.Of(ref memory.Table(table, bytes));
        if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref items))
        {
            item = 0;
            return false;
        }

        item = Peek<TLevel>(ref items, index);
        if (TLevel.Hooks) TableHooks.Report(TableAccess.Read, item);
        return true;
    }

    /// <inheritdoc cref="TableItems.Read"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<TLevel>(ref ulong table, nuint index)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks) TableHooks.Announce(TableAccess.Read);
        var item = Peek<TLevel>(ref table, index);
        if (TLevel.Hooks) TableHooks.Report(TableAccess.Read, item);
        return item;
    }

    /// <inheritdoc cref="TableItems.Publish"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Publish<TLevel>(ref ulong table, nuint index, ulong value)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks) TableHooks.Announce(TableAccess.Publish);
        if (TLevel.EntryBytes == 4) NarrowItems.Publish(ref table, index, value);
        else TableItems.Publish(ref table, index, value);
        if (TLevel.Hooks) TableHooks.Report(TableAccess.Publish, value);
    }

    /// <summary>Publishes <paramref name="value"/>, <paramref name="value"/> + <paramref name="step"/>, … item by item.</summary>
    public static void PublishEach<TLevel>(ref ulong items, nuint count, ulong value, ulong step)
        where TLevel : struct, ITableLevel
    {
        for (nuint i = 0; i < count; i++, value += step) Publish<TLevel>(ref items, i, value);
    }

    /// <summary>Empties the items one by one; returns how many were not empty.</summary>
    public static ulong ClearEach<TLevel>(ref ulong items, nuint count)
        where TLevel : struct, ITableLevel
    {
        ulong occupied = 0;
        for (nuint i = 0; i < count; i++)
        {
            if (Peek<TLevel>(ref items, i) == 0) continue;
            Publish<TLevel>(ref items, i, 0);
            occupied++;
        }

        return occupied;
    }

    /// <inheritdoc cref="TableItems.Exchange"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange<TLevel>(ref ulong table, nuint index, ulong value, ulong expected)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks) TableHooks.Announce(TableAccess.Exchange);
        var seen = TLevel.EntryBytes == 4 ? NarrowItems.Exchange(ref table, index, value, expected) : TableItems.Exchange(ref table, index, value, expected);
        if (TLevel.Hooks) TableHooks.Report(TableAccess.Exchange, seen);
        return seen;
    }

    /// <summary>Reads one item as part of a scan, which calls no hook.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Peek<TWidth>(ref ulong table, nuint index)
        where TWidth : struct, IItemWidth => TWidth.EntryBytes == 4 ? NarrowItems.Read(ref table, index) : TableItems.Read(ref table, index);

    /// <summary>Clears the bits of an item that are not in <paramref name="kept"/>, atomically.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void And<TLevel>(ref ulong table, nuint index, ulong kept)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.EntryBytes == 4) Interlocked.And(ref NarrowItems.At(ref table, index), (uint)kept);
        else Interlocked.And(ref Unsafe.Add(ref table, index), kept);
    }

    /// <summary>Sets bits of an item, atomically.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Or<TLevel>(ref ulong table, nuint index, ulong bits)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.EntryBytes == 4) Interlocked.Or(ref NarrowItems.At(ref table, index), (uint)bits);
        else Interlocked.Or(ref Unsafe.Add(ref table, index), bits);
    }
}
