using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Puts tables where nothing stands, by compare-exchange. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TableInstall
{
    /// <summary>Installs an empty table at an empty item. Where another writer was faster its table stays and ours was never seen.</summary>
    /// <param name="arena">Where the table comes from.</param>
    /// <param name="items">Item 0 of the table that points.</param>
    /// <param name="index">The item.</param>
    /// <param name="bytes">Size of the new table.</param>
    /// <param name="entry">Afterwards what stands there.</param>
    /// <returns><see langword="false"/> when the arena has no table that the item can point to.</returns>
    public static bool TryInstall<TLevel>(TableArena arena, ref ulong items, nuint index, int bytes, ref ulong entry)
        where TLevel : struct, ITableLevel
    {
        ArgumentNullException.ThrowIfNull(arena);
        if (!arena.TryAllocate(bytes, zeroed: true, out var table)) return false;
        if (IsOutOfReach<TLevel>(table))
        {
            arena.Free(table, bytes);
            return false;
        }

        TryPublish<TLevel>(arena, ref items, index, table, bytes, ref entry);
        return true;
    }

    /// <summary>Publishes a table that is written already at an empty item, or frees it when something stands there.</summary>
    /// <param name="arena">Where the table came from.</param>
    /// <param name="items">Item 0 of the table that points.</param>
    /// <param name="index">The item.</param>
    /// <param name="table">The table.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="entry">Afterwards what stands there.</param>
    /// <returns>Whether it was published.</returns>
    public static bool TryPublish<TLevel>(TableArena arena, ref ulong items, nuint index, ulong table, int bytes, ref ulong entry)
        where TLevel : struct, ITableLevel
    {
        ArgumentNullException.ThrowIfNull(arena);
        if (IsOutOfReach<TLevel>(table))
        {
            arena.Free(table, bytes);
            return false;
        }

        var link = TLevel.Link(table);
        entry = LevelItems.Exchange<TLevel>(ref items, index, link, expected: 0);
        if (entry != 0)
        {
            arena.Free(table, bytes);
            return false;
        }

        entry = link;
        return true;
    }

    /// <summary>Whether a table lies where an entry cannot point to: narrow ones reach a few GiB, which an arena of other formats too may exceed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsOutOfReach<TLevel>(ulong table)
        where TLevel : struct, ITableLevel => TLevel.EntryBytes == 4 && TLevel.TableOf(TLevel.Link(table)) != table;
}
