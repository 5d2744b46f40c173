using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// A range of a process as a page table: every page that is in memory, with the frame that the kernel says it has, in leaves of the sizes that the kernel says. What reads it
/// is the engine, so its runs are those that a pin would find.
/// </summary>
public sealed class PhysicalMap : IDisposable
{
    private const int EntriesPerRead = 4096;
    private const int RunsPerRead = 256;
    private readonly TableArena _arena = new();
    private readonly PageTable<X64L4> _table;
    private readonly IovaRange _range;

    private PhysicalMap(IovaRange range) => (_range, _table) = (range, new PageTable<X64L4>(_arena));

    /// <summary>Pages of 4 KiB that are in memory.</summary>
    public ulong Present { get; private set; }

    /// <summary>Of those, pages whose frame the kernel hides (without CAP_SYS_ADMIN).</summary>
    public ulong Hidden { get; private set; }

    /// <summary>Leaves by size; hidden pages are not among them.</summary>
    public LeafSizeCounts Leaves => _table.CountLeafSizes(_range);

    /// <summary>The stretches that are contiguous in virtual and physical addresses, as the engine merges them.</summary>
    public ImmutableArray<Run> Runs
    {
        get
        {
            var all = ImmutableArray.CreateBuilder<Run>();
            var cursor = new RunCursor(_range);
            Span<Run> runs = stackalloc Run[RunsPerRead];
            while (!cursor.IsAtEnd) all.AddRange(runs[.._table.ReadRuns(ref cursor, runs)]);
            return all.ToImmutable();
        }
    }

    /// <summary>Reads a range.</summary>
    /// <param name="map">The process's pages.</param>
    /// <param name="range">Whole pages of user space.</param>
    /// <param name="hugetlb">The page size where it is <c>hugetlb</c> memory, otherwise <see langword="null"/>: 2 MiB leaves are asked for.</param>
    public static PhysicalMap Of(Pagemap map, IovaRange range, PageSize? hugetlb = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        var physical = new PhysicalMap(range);
        if (hugetlb is { } size)
        {
            physical.Add(map, range.Start.Value, range.Last.Value + 1, size);
            return physical;
        }

        var regions = new PageRegion[EntriesPerRead];
        for (var at = range.Start.Value; at < range.Last.Value;)
        {
            if (map.Scan(at, range.Last.Value + 1, regions, out var next) is not { } count)
            {
                physical.Add(map, at, range.Last.Value + 1, PageSize.Size4K);
                break;
            }

            foreach (var region in regions.AsSpan(0, count))
                physical.Add(map, region.Start, region.End, region.Categories.HasFlag(PageCategories.Huge) ? PageSize.Size2M : PageSize.Size4K);
            if (next <= at) break;
            at = next;
        }

        return physical;
    }

    /// <summary>Gives the tables back.</summary>
    public void Dispose() => _arena.Dispose();

    private void Add(Pagemap map, ulong start, ulong end, PageSize size)
    {
        var entries = new PagemapEntry[Math.Max(EntriesPerRead, (int)size.Pages)];
        for (var at = start; at < end;)
        {
            var count = map.Read(at, entries.AsSpan(0, (int)Math.Min((ulong)entries.Length, (end - at) >> Pfn.Shift)));
            if (count == 0) return;
            for (var i = 0; i < count;)
            {
                var here = entries.AsSpan(i, count - i);
                // Only where the frames agree with the size: between two questions a leaf may be split.
                var pages = IsLeaf(here, at + ((ulong)i << Pfn.Shift), size) ? (int)size.Pages : 1;
                Add(new Iova(at + ((ulong)i << Pfn.Shift)), here[0], pages);
                i += pages;
            }

            at += (ulong)count << Pfn.Shift;
        }
    }

    private void Add(Iova at, PagemapEntry entry, int pages)
    {
        if (!entry.IsPresent) return;
        Present += (ulong)pages;
        if (entry.Pfn is not { } pfn)
        {
            Hidden += (ulong)pages;
            return;
        }

        _table.Map(IovaRange.Of(at, (ulong)pages << Pfn.Shift), pfn, Permissions.ReadWrite);
    }

    private static bool IsLeaf(ReadOnlySpan<PagemapEntry> entries, ulong at, PageSize size)
    {
        if (size == PageSize.Size4K || (at & size.OffsetMask) != 0 || (ulong)entries.Length < size.Pages || entries[0].Pfn is not { } first || first.Value % size.Pages != 0) return false;
        for (var i = 1; i < (int)size.Pages; i++)
        {
            if (entries[i].Pfn is not { } pfn || pfn.Value != first.Value + (ulong)i) return false;
        }

        return true;
    }
}
