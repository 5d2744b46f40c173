using Fast.PageTables;

namespace Fast.Machines;

/// <summary>An arena that runs out at a chosen table: all that it could hand out besides is taken beforehand.</summary>
internal sealed class ShortArena(long? missing) : IDisposable
{
    private const int TableBytes = 4096;

    // Roots of all domains, of 16 KiB at most, and the slot that an arena never hands out.
    private const ulong BytesOfRoots = (4 * BarConditions.MostDomains * TableBytes) + TableBytes;

    private ulong _withheld;

    /// <summary>The arena.</summary>
    public TableArena Arena { get; } = missing is { } number && (ulong)number < (1 << 20)
        ? new TableArena(new TableArenaOptions { CapacityBytes = BytesOfRoots + ((ulong)number * TableBytes) })
        : new TableArena();

    /// <summary>Bytes of tables that somebody uses.</summary>
    public ulong BytesInUse => Arena.BytesInUse - _withheld;

    /// <summary>Leaves one table less than the missing one's number.</summary>
    public void Shorten()
    {
        if (missing is not { } number || number >= 1 << 20) return;
        var taken = new Stack<ulong>();
        while (Arena.TryAllocate(TableBytes, zeroed: false, out var table)) taken.Push(table);
        for (var free = 1; free < number; free++) Arena.Free(taken.Pop(), TableBytes);
        _withheld = (ulong)taken.Count * TableBytes;
    }

    public void Dispose() => Arena.Dispose();
}
