using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>A table that Xen keeps for a domain, be it the p2m or the IOMMU's: frames to frames, each leaf with what it allows. Whatever it is told to do it counts.</summary>
public abstract class TranslationTable : IDisposable
{
    /// <summary>The format's id.</summary>
    public abstract string FormatName { get; }

    /// <summary>Tables in use, the root included.</summary>
    public abstract ulong TablesInUse { get; }

    /// <summary>Leaves as the operations have left them, kept up to date by their reports.</summary>
    public LeafSizes Leaves { get; private protected set; }

    /// <summary>Maps a range, whatever stood there before. Leaves that reach out of the range are split first.</summary>
    /// <param name="gfn">First input frame.</param>
    /// <param name="mfn">First machine frame.</param>
    /// <param name="pages">4 KiB pages.</param>
    /// <param name="permissions">What the leaves hold.</param>
    /// <param name="largest">Largest leaf.</param>
    /// <param name="change">Where it is counted.</param>
    /// <exception cref="InvalidOperationException">No memory is left for tables.</exception>
    public abstract void Set(Pfn gfn, Pfn mfn, ulong pages, Permissions permissions, PageSize largest, TableChange change);

    /// <summary>Removes what a range maps, in leaves of at most <paramref name="largest"/>: larger ones are split first, as they are where a caller takes page by page. Holes are fine.</summary>
    public abstract void Remove(Pfn gfn, ulong pages, PageSize largest, TableChange change);

    /// <summary>Gives what a range maps other permissions in leaves of at most <paramref name="largest"/>; holes are fine. Frames stay.</summary>
    public abstract void Protect(Pfn gfn, ulong pages, Permissions permissions, PageSize largest, TableChange change);

    /// <summary>Makes one leaf of <paramref name="size"/> of what is around <paramref name="gfn"/>, if it is one in all but size.</summary>
    /// <returns>Whether it was done.</returns>
    public abstract bool Collapse(Pfn gfn, PageSize size, TableChange change);

    /// <summary>Looks a frame up.</summary>
    public abstract bool Follow(Pfn gfn, out Leaf leaf);

    /// <summary>All runs of a range, in order.</summary>
    public abstract IEnumerable<Run> RunsOf(Pfn gfn, ulong pages);

    /// <summary>Counts the leaves of a range by reading the tables.</summary>
    public abstract LeafSizes Recount(Pfn gfn, ulong pages);

    /// <summary>The range of input addresses of frames.</summary>
    private protected static IovaRange RangeOf(Pfn gfn, ulong pages) => IovaRange.Of(new Iova(gfn.Address.Value), pages << Pfn.Shift);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the tables' memory back.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>A table of one format.</summary>
/// <typeparam name="TFormat">The format.</typeparam>
/// <param name="capacityBytes">Most bytes of tables.</param>
public sealed class TranslationTable<TFormat>(ulong capacityBytes) : TranslationTable
    where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat
{
    private const int RunBuffer = 64;
    private readonly PageTable<TFormat> _table = new(new TableArena(new TableArenaOptions { CapacityBytes = capacityBytes, HugePages = false }));

    /// <summary>The table, to be read as what it is.</summary>
    public PageTable<TFormat> Table => _table;

    /// <inheritdoc/>
    public override string FormatName => TFormat.Facts.Name;

    /// <inheritdoc/>
    public override ulong TablesInUse => _table.Arena.TablesInUse;

    /// <inheritdoc/>
    public override void Set(Pfn gfn, Pfn mfn, ulong pages, Permissions permissions, PageSize largest, TableChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var range = RangeOf(gfn, pages);
        Shatter(gfn, pages, PageSize.Size1G, change);
        // Where only 4 KiB leaves come, a table below stays, as it does where Xen overwrites entry by entry.
        Take(range, keepTables: LargestWritten(gfn, mfn, largest) == PageSize.Size4K, change);
        var before = TablesInUse;
        var report = _table.TryMap(range, mfn, permissions, largest);
        if (!report.IsDone) throw new InvalidOperationException($"{FormatName}: cannot map {range}: {report}");
        CountTables(before, change);
        change.Set(report.Leaves);
        Leaves += LeafSizes.Of(report.Leaves);
    }

    /// <inheritdoc/>
    public override void Remove(Pfn gfn, ulong pages, PageSize largest, TableChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Shatter(gfn, pages, largest, change);
        change.Changed(Take(RangeOf(gfn, pages), keepTables: largest == PageSize.Size4K, change));
    }

    /// <inheritdoc/>
    public override void Protect(Pfn gfn, ulong pages, Permissions permissions, PageSize largest, TableChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Shatter(gfn, pages, largest, change);
        var report = _table.TryProtect(RangeOf(gfn, pages), permissions);
        if (!report.IsDone) throw new InvalidOperationException($"{FormatName}: cannot change the type of {RangeOf(gfn, pages)}: {report}");
        change.Changed(report.Leaves);
    }

    /// <inheritdoc/>
    public override bool Collapse(Pfn gfn, PageSize size, TableChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var before = TablesInUse;
        var report = _table.TryCollapse(new Iova(gfn.Address.Value), size);
        if (!report.IsDone) return false;
        var merged = LeafSizes.Of(report.Leaves);
        Leaves = new LeafSizes(Leaves.Small - merged.Small, Leaves.Middle - merged.Middle, Leaves.Large - merged.Large).Plus(size, 1);
        change.Collapsed(size);
        CountTables(before, change);
        return true;
    }

    /// <inheritdoc/>
    public override bool Follow(Pfn gfn, out Leaf leaf) => _table.Follow(new Iova(gfn.Address.Value), out leaf);

    /// <inheritdoc/>
    public override IEnumerable<Run> RunsOf(Pfn gfn, ulong pages)
    {
        var cursor = new RunCursor(RangeOf(gfn, pages));
        var runs = new Run[RunBuffer];
        while (!cursor.IsAtEnd)
        {
            var count = _table.ReadRuns(ref cursor, runs);
            for (var i = 0; i < count; i++) yield return runs[i];
        }
    }

    /// <inheritdoc/>
    public override LeafSizes Recount(Pfn gfn, ulong pages) => LeafSizes.Of(_table.CountLeaves(RangeOf(gfn, pages)));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _table.Arena.Dispose();
    }

    private static PageSize LargestWritten(Pfn gfn, Pfn mfn, PageSize largest)
    {
        var apart = gfn.Value ^ mfn.Value;
        if (largest >= PageSize.Size1G && (apart & (PageSize.Size1G.Pages - 1)) == 0) return PageSize.Size1G;
        return largest >= PageSize.Size2M && (apart & (PageSize.Size2M.Pages - 1)) == 0 ? PageSize.Size2M : PageSize.Size4K;
    }

    private LeafCounts Take(IovaRange range, bool keepTables, TableChange change)
    {
        var before = TablesInUse;
        var report = _table.TryUnmap(range, keepTables);
        if (!report.IsDone) throw new InvalidOperationException($"{FormatName}: cannot remove {range}: {report}");
        CountTables(before, change);
        var gone = LeafSizes.Of(report.Leaves);
        Leaves = new LeafSizes(Leaves.Small - gone.Small, Leaves.Middle - gone.Middle, Leaves.Large - gone.Large);
        if (report.Leaves.Total != 0) change.Overwrote();
        return report.Leaves;
    }

    private void CountTables(ulong before, TableChange change)
    {
        var now = TablesInUse;
        change.Tables(now > before ? now - before : 0, now < before ? before - now : 0);
    }

    /// <summary>Splits leaves that the range cuts, and within it those above <paramref name="largest"/>.</summary>
    private void Shatter(Pfn gfn, ulong pages, PageSize largest, TableChange change)
    {
        ShatterAt(gfn, change);
        ShatterAt(gfn + pages, change);
        if (largest >= PageSize.Size1G) return;
        for (var at = gfn; at < gfn + pages;)
        {
            if (!Follow(at, out var leaf) || leaf.Size <= largest)
            {
                // A hole is left by the smallest step that surely holds no larger leaf.
                at += (largest.Pages - (at.Value & (largest.Pages - 1)));
                continue;
            }

            Split(at, leaf.Size, change);
        }
    }

    /// <summary>Splits the leaf that holds <paramref name="gfn"/> until one begins there.</summary>
    private void ShatterAt(Pfn gfn, TableChange change)
    {
        while (Follow(gfn, out var leaf) && (gfn.Value & (leaf.Size.Pages - 1)) != 0) Split(gfn, leaf.Size, change);
    }

    private void Split(Pfn gfn, PageSize size, TableChange change)
    {
        var before = TablesInUse;
        var report = _table.TrySplit(new Iova(gfn.Address.Value));
        if (!report.IsDone) throw new InvalidOperationException($"{FormatName}: cannot split the leaf at {gfn}: {report}");
        change.Split(size, report.Leaves);
        CountTables(before, change);
        var pieces = LeafSizes.Of(report.Leaves);
        Leaves = size == PageSize.Size1G ? (Leaves with { Large = Leaves.Large - 1 }) + pieces : (Leaves with { Middle = Leaves.Middle - 1 }) + pieces;
    }
}
