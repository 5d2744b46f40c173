using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>What emitted code is about to do with an item.</summary>
public enum TableAccess
{
    /// <summary>Read it.</summary>
    Read,

    /// <summary>Publish a new value.</summary>
    Publish,

    /// <summary>Publish a new value if it still is what was read.</summary>
    Exchange,
}

/// <summary>
/// <see cref="TableItems"/> with a call before and after each access, for tests that explore how readers and writers interleave. Formats are emitted with it where
/// their project sets <c>FastPageTablesTestHooks</c>; elsewhere nothing of it is left. Where other formats write or clear many items at once, those with
/// hooks do it one by one. Scans of whole tables are not accesses to one item and call nothing.
/// </summary>
public static class TableHooks
{
    private static volatile Action<TableAccess>? _before;
    private static volatile Action<TableAccess, ulong>? _after;

    /// <summary>Called before each access, on the thread that does it; it may block. <see langword="null"/>: nothing is called.</summary>
    public static Action<TableAccess>? Before
    {
        get => _before;
        set => _before = value;
    }

    /// <summary>Called after each access, on the thread that did it, with what it read; of a publication with what it wrote. It may block.</summary>
    public static Action<TableAccess, ulong>? After
    {
        get => _after;
        set => _after = value;
    }

    /// <summary>Calls the hook before, for accesses that have no form of their own here.</summary>
    internal static void Announce(TableAccess access) => _before?.Invoke(access);

    /// <summary>Calls the hook after, for the same.</summary>
    internal static void Report(TableAccess access, ulong item) => _after?.Invoke(access, item);

    /// <inheritdoc cref="TableItems.Of"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong Of(ref byte table) => ref TableItems.Of(ref table);

    /// <inheritdoc cref="TableItems.In"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong In(TableArena arena, ulong table) => ref TableItems.In(arena, table);

    /// <inheritdoc cref="TableItems.TryRead"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static bool TryRead<TMemory>(in TMemory memory, ulong table, nuint bytes, nuint index, out ulong item)
        where TMemory : ITableMemory, allows ref struct
    {
        _before?.Invoke(TableAccess.Read);
        var isBacked = TableItems.TryRead(memory, table, bytes, index, out item);
        if (isBacked) _after?.Invoke(TableAccess.Read, item);
        return isBacked;
    }

    /// <inheritdoc cref="TableItems.Read"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static ulong Read(ref ulong table, nuint index)
    {
        _before?.Invoke(TableAccess.Read);
        var item = TableItems.Read(ref table, index);
        _after?.Invoke(TableAccess.Read, item);
        return item;
    }

    /// <inheritdoc cref="TableItems.Publish"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void Publish(ref ulong table, nuint index, ulong value)
    {
        _before?.Invoke(TableAccess.Publish);
        TableItems.Publish(ref table, index, value);
        _after?.Invoke(TableAccess.Publish, value);
    }

    /// <inheritdoc cref="TableItems.Exchange"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static ulong Exchange(ref ulong table, nuint index, ulong value, ulong expected)
    {
        _before?.Invoke(TableAccess.Exchange);
        var seen = TableItems.Exchange(ref table, index, value, expected);
        _after?.Invoke(TableAccess.Exchange, seen);
        return seen;
    }
}
