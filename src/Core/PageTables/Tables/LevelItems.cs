using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// <see cref="TableItems"/> for what the library does with the items of a level: where the format's project set <c>FastPageTablesTestHooks</c>, each access calls
/// the hook first; elsewhere nothing of it is left.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LevelItems
{
    /// <inheritdoc cref="TableItems.Read"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<TLevel>(ref ulong table, nuint index)
        where TLevel : struct, ITableLevel => TLevel.Hooks ? TableHooks.Read(ref table, index) : TableItems.Read(ref table, index);

    /// <inheritdoc cref="TableItems.Publish"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Publish<TLevel>(ref ulong table, nuint index, ulong value)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks) TableHooks.Publish(ref table, index, value);
        else TableItems.Publish(ref table, index, value);
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
            if (TableItems.Read(ref items, i) == 0) continue;
            Publish<TLevel>(ref items, i, 0);
            occupied++;
        }

        return occupied;
    }

    /// <inheritdoc cref="TableItems.Exchange"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange<TLevel>(ref ulong table, nuint index, ulong value, ulong expected)
        where TLevel : struct, ITableLevel => TLevel.Hooks ? TableHooks.Exchange(ref table, index, value, expected) : TableItems.Exchange(ref table, index, value, expected);
}
