using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// How many items of each last table are not empty: counted by whoever writes them, one addition for each stretch, so that nobody reads 512 items to learn that there is
/// nothing, or how much there was.
/// </summary>
public sealed unsafe partial class TableArena
{
    /// <summary>Items of a last table that are not empty. Exact for who may write the whole table; beside other writers at least what is in the caller's range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong ItemsIn(ulong table) => (ulong)Volatile.Read(ref LinkOf(table).Items);

    /// <summary>Notes that items of a last table were filled or emptied. Writers of other items of the same table may do so at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddItems(ulong table, long count) => Interlocked.Add(ref LinkOf(table).Items, count);

    /// <summary>Says how many items a last table has that nobody sees yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetItems(ulong table, ulong count) => LinkOf(table).Items = (long)count;

    // SAFETY: tables are those that this arena handed out.
    private ref SlotLink LinkOf(ulong table) => ref Links[(table - PhysicalBase) >> SlotShift];
}
