using Fast.PageTables;

namespace Fast.Perf.Layouts;

/// <summary>What stands in the tables that are measured.</summary>
public enum Layout
{
    /// <summary>4 KiB leaves, one run.</summary>
    Contiguous4K,

    /// <summary>4 KiB leaves, every 8th page starts a new run.</summary>
    EveryEighth4K,

    /// <summary>2 MiB leaves, one run.</summary>
    Contiguous2M,

    /// <summary>1 GiB leaves, one run.</summary>
    Contiguous1G,
}

/// <summary>Builds the tables of a <see cref="Layout"/>.</summary>
public static class Layouts
{
    /// <summary>Where the range starts: aligned to 1 GiB, not at 0.</summary>
    public static readonly Iova Start = new(64UL << 30);

    /// <summary>First frame: 1 GiB aligned.</summary>
    public static readonly Pfn FirstPfn = new((256UL << 30) >> Pfn.Shift);

    /// <summary>A table of <paramref name="bytes"/> in an arena of its own.</summary>
    public static PageTable<X64L4> Build(Layout layout, ulong bytes)
    {
        var table = new PageTable<X64L4>(new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 30 }));
        Fill(table, layout, bytes);
        return table;
    }

    /// <summary>Maps the range.</summary>
    public static void Fill(PageTable<X64L4> table, Layout layout, ulong bytes)
    {
        if (layout != Layout.EveryEighth4K)
        {
            var largest = layout switch { Layout.Contiguous4K => PageSize.Size4K, Layout.Contiguous2M => PageSize.Size2M, _ => PageSize.Size1G };
            table.Map(IovaRange.Of(Start, bytes), FirstPfn, Permissions.ReadWrite, largest);
            return;
        }

        // Eight contiguous frames, then one left out.
        for (ulong page = 0; page < bytes >> Pfn.Shift; page += 8)
            table.Map(IovaRange.Of(Start + (page << Pfn.Shift), 8UL << Pfn.Shift), FirstPfn + (page + (page / 8)), Permissions.ReadWrite, PageSize.Size4K);
    }
}
