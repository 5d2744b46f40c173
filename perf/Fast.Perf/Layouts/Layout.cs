using Fast.PageTables;

namespace Fast.Perf.Layouts;

/// <summary>What stands in the tables that are measured.</summary>
public enum Layout
{
    /// <summary>4 KiB leaves, one run.</summary>
    Contiguous4K,

    /// <summary>4 KiB leaves, every 8th page starts a new run.</summary>
    EveryEighth4K,

    /// <summary>4 KiB leaves, no page continues the one before.</summary>
    EachPage4K,

    /// <summary>2 MiB leaves, one run.</summary>
    Contiguous2M,

    /// <summary>1 GiB leaves, one run.</summary>
    Contiguous1G,
}

/// <summary>Where the tables lie.</summary>
/// <param name="Scattered">
/// Whether the last tables lie in random order, because the range was mapped 2 MiB at a time in random order; otherwise as a scan meets them.
/// </param>
/// <param name="HugePages">Whether the arena asks for huge pages; otherwise it has 4 KiB pages.</param>
public readonly record struct Placement(bool Scattered, bool HugePages)
{
    /// <summary>In order, on huge pages.</summary>
    public Placement()
        : this(false, true)
    {
    }
}

/// <summary>Builds the tables of a <see cref="Layout"/>.</summary>
public static class Layouts
{
    /// <summary>Where the range starts: aligned to 1 GiB, not at 0.</summary>
    public static readonly Iova Start = new(64UL << 30);

    /// <summary>First frame: 1 GiB aligned.</summary>
    public static readonly Pfn FirstPfn = new((256UL << 30) >> Pfn.Shift);

    /// <summary>An arena that has room for <paramref name="bytes"/> of 4 KiB leaves twice.</summary>
    public static TableArena Arena(ulong bytes, Placement? placed = null)
    {
        var placement = placed ?? new Placement();
        var capacity = (bytes >> 8) + (64UL << 20);
        var arena = new TableArena(new TableArenaOptions { CapacityBytes = capacity, HugePages = placement.HugePages });
        if (placement.Scattered) Fragment(arena, (int)(bytes >> 21) + 128);
        return arena;
    }

    /// <summary>A table of <paramref name="bytes"/> in <paramref name="arena"/>.</summary>
    public static PageTable<TFormat> Build<TFormat>(TableArena arena, Layout layout, ulong bytes, bool scattered = false)
        where TFormat : struct, IMapFormat
    {
        var table = new PageTable<TFormat>(arena);
        Fill(table, layout, bytes, scattered);
        return table;
    }

    /// <summary>Maps the range; <paramref name="scattered"/>: 2 MiB at a time in random order, so that the last tables lie in random order too.</summary>
    public static void Fill<TFormat>(PageTable<TFormat> table, Layout layout, ulong bytes, bool scattered = false)
        where TFormat : struct, IMapFormat
    {
        if (!scattered)
        {
            Fill(table, layout, 0, bytes);
            return;
        }

        var pieces = Enumerable.Range(0, (int)(bytes >> 21)).ToArray();
        new Random(20260101).Shuffle(pieces);
        foreach (var piece in pieces) Fill(table, layout, (ulong)piece << 21, 1UL << 21);
    }

    private static void Fill<TFormat>(PageTable<TFormat> table, Layout layout, ulong offset, ulong bytes)
        where TFormat : struct, IMapFormat
    {
        var firstPage = offset >> Pfn.Shift;
        if (layout is not (Layout.EveryEighth4K or Layout.EachPage4K))
        {
            var largest = layout switch { Layout.Contiguous4K => PageSize.Size4K, Layout.Contiguous2M => PageSize.Size2M, _ => PageSize.Size1G };
            table.Map(IovaRange.Of(Start + offset, bytes), FirstPfn + firstPage, Permissions.ReadWrite, largest);
            return;
        }

        // So many contiguous frames, then one left out.
        var run = layout == Layout.EachPage4K ? 1UL : 8;
        for (var page = firstPage; page < firstPage + (bytes >> Pfn.Shift); page += run)
            table.Map(IovaRange.Of(Start + (page << Pfn.Shift), run << Pfn.Shift), FirstPfn + (page + (page / run)), Permissions.ReadWrite, PageSize.Size4K);
    }

    // What a long life makes of an arena: it is full, and single free tables lie all over it.
    private static void Fragment(TableArena arena, int count)
    {
        var tables = new List<ulong>();
        while (arena.TryAllocate(4096, zeroed: false, out var table)) tables.Add(table);
        var free = tables.ToArray();
        new Random(20260101).Shuffle(free);
        foreach (var table in free[..count]) arena.Free(table, 4096);
    }
}
