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

    /// <inheritdoc cref="TableItems.Exchange"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange<TLevel>(ref ulong table, nuint index, ulong value, ulong expected)
        where TLevel : struct, ITableLevel => TLevel.Hooks ? TableHooks.Exchange(ref table, index, value, expected) : TableItems.Exchange(ref table, index, value, expected);
}
