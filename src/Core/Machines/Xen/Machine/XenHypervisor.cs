using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>What a call has done, and when it returns.</summary>
/// <param name="Pages">4 KiB pages that it dealt with; fewer than it was asked for when its limit of entries was reached.</param>
/// <param name="End">When it returns.</param>
public readonly record struct CallResult(ulong Pages, long End);

/// <summary>
/// The calls by which a domain's map is changed. Each does at most as many entries as Xen does in one call and says how far it came, takes the p2m lock once, keeps the IOMMU in step, and
/// flushes before it lets go of the lock. What it does is done when it is called; who called waits until <see cref="CallResult.End"/>.
/// </summary>
/// <param name="memory">The machine's frames.</param>
/// <param name="simulation">Simulated time.</param>
/// <param name="costs">What steps cost.</param>
public sealed class XenHypervisor(MachineMemory memory, Simulation simulation, XenCosts costs)
{
    private static readonly Permissions DeviceRights = Permissions.ReadWrite;

    /// <summary>The machine's frames.</summary>
    public MachineMemory Memory { get; } = memory;

    /// <summary>What steps cost.</summary>
    public XenCosts Costs => costs;

    /// <summary>Calls.</summary>
    public ulong Calls { get; private set; }

    /// <summary>Of <see cref="Calls"/>, those that went on where a call before had reached its limit.</summary>
    public ulong Continuations { get; private set; }

    /// <summary>References taken.</summary>
    public ulong ReferencesTaken { get; private set; }

    /// <summary>References dropped.</summary>
    public ulong ReferencesDropped { get; private set; }

    /// <summary>Nanoseconds that calls took without waiting for locks.</summary>
    public long Nanoseconds { get; private set; }

    /// <summary>Largest leaf for device memory: what Xen does, unless somebody asks what else would be.</summary>
    public PageSize LargestMmio { get; init; } = P2mTypes.LargestLeafOf(P2mType.MmioDirect);

    /// <summary>Told of every call.</summary>
    public Action<XenEvent>? Observer { get; set; }

    /// <summary>What goes wrong on purpose; for tests of what must hold.</summary>
    internal XenDefects Defects { get; set; }

    /// <summary>Maps the next frames of a buffer, as many as one call does.</summary>
    /// <param name="domain">Whose p2m.</param>
    /// <param name="gfn">Frame of the buffer's first page.</param>
    /// <param name="extents">The buffer's machine frames.</param>
    /// <param name="from">First page that is missing.</param>
    /// <param name="to">Page after the last.</param>
    /// <param name="type">Type of the entries.</param>
    /// <param name="largest">Largest leaf; the type may allow less.</param>
    /// <param name="continues">Whether a call before reached its limit.</param>
    public CallResult Set(XenDomain domain, Pfn gfn, FrameExtents extents, ulong from, ulong to, P2mType type, PageSize largest, bool continues = false)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(extents);
        largest = Smaller(largest, LargestOf(type));
        var (p2m, iommu) = (new TableChange(), new TableChange());
        var (at, left, references) = (from, costs.EntriesPerCall(type), 0L);
        while (at < to && left > 0)
        {
            var extent = extents.From(at);
            var (pages, entries) = Reach(gfn + at, extent.Mfn, Math.Min(extent.Pages, to - at), largest, left);
            domain.P2m?.Set(gfn + at, extent.Mfn, pages, P2mTypes.PermissionsOf(type), largest, p2m);
            // Lent pages are for the borrower's CPUs only.
            if (type != P2mType.Lent || Defects.HasFlag(XenDefects.LendsToDevices)) domain.Iommu?.Set(gfn + at, extent.Mfn, pages, DeviceRights, largest, iommu);
            if (P2mTypes.HoldsReference(type))
            {
                Memory.Refer(extent.Mfn, pages);
                references += Memory.IsRam(extent.Mfn) ? (long)pages : 0;
            }

            at += pages;
            left -= entries;
        }

        return Finish(XenCall.Set, domain, gfn + from, extents.From(from).Mfn, at - from, type, continues, p2m, iommu, references);
    }

    /// <summary>Removes the next entries, as many as one call does.</summary>
    /// <param name="domain">Whose p2m.</param>
    /// <param name="gfn">First frame.</param>
    /// <param name="pages">4 KiB pages.</param>
    /// <param name="type">Their type.</param>
    /// <param name="largest">Larger leaves are split first.</param>
    /// <param name="continues">Whether a call before reached its limit.</param>
    public CallResult Remove(XenDomain domain, Pfn gfn, ulong pages, P2mType type, PageSize largest, bool continues = false)
    {
        ArgumentNullException.ThrowIfNull(domain);
        largest = Smaller(largest, LargestOf(type));
        var (p2m, iommu) = (new TableChange(), new TableChange());
        var (done, references, first) = (0UL, 0L, new Pfn(0));
        for (var left = costs.EntriesPerCall(type); left > 0 && done < pages;)
        {
            if (domain.P2m is null || !domain.P2m.Follow(gfn + done, out var leaf))
            {
                done++;
                continue;
            }

            // Of a leaf that begins before the range or ends behind it, the table splits off what stays.
            var size = Smaller(leaf.Size, largest);
            var step = Math.Min(size.Pages - ((gfn + done).Value & (size.Pages - 1)), pages - done);
            if (first.Value == 0) first = leaf.Pfn;
            if (P2mTypes.HoldsReference(type) && !Defects.HasFlag(XenDefects.KeepsReferences))
            {
                Memory.Drop(leaf.Pfn, step);
                references -= Memory.IsRam(leaf.Pfn) ? (long)step : 0;
            }

            done += step;
            left--;
        }

        var removed = Defects.HasFlag(XenDefects.ForgetsLastPage) ? done - 1 : done;
        if (removed > 0) domain.P2m?.Remove(gfn, removed, largest, p2m);
        if (!Defects.HasFlag(XenDefects.ForgetsIommu)) domain.Iommu?.Remove(gfn, done, largest, iommu);
        return Finish(XenCall.Remove, domain, gfn, first, done, type, continues, p2m, iommu, references);
    }

    /// <summary>Gives the next entries another type, as many as one call does. Neither frame nor the device's rights change, so an IOMMU table of its own stays as it is.</summary>
    public CallResult Retype(XenDomain domain, Pfn gfn, ulong pages, P2mType type, PageSize largest, bool continues = false)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var p2m = new TableChange();
        if (domain.P2m is not { } table) return new CallResult(pages, simulation.Now);
        largest = Smaller(largest, LargestOf(type));
        var done = 0UL;
        for (var left = costs.EntriesPerCall(type); left > 0 && done < pages; left--)
        {
            var size = table.Follow(gfn + done, out var leaf) ? Smaller(leaf.Size, largest) : PageSize.Size4K;
            done += Math.Min(size.Pages - ((gfn + done).Value & (size.Pages - 1)), pages - done);
        }

        table.Protect(gfn, done, P2mTypes.PermissionsOf(type), largest, p2m);
        return Finish(XenCall.Retype, domain, gfn, new Pfn(0), done, type, continues, p2m, new TableChange(), 0);
    }

    /// <summary>Merges what can be merged in the 1 GiB around <paramref name="gfn"/>.</summary>
    public CallResult Collapse(XenDomain domain, Pfn gfn)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var p2m = new TableChange();
        var start = new Pfn(gfn.Value & ~(PageSize.Size1G.Pages - 1));
        if (domain.P2m is { } table && (!table.Follow(start, out var leaf) || leaf.Size < PageSize.Size1G))
        {
            for (var at = start; at < start + PageSize.Size1G.Pages; at += PageSize.Size2M.Pages)
            {
                if (table.Follow(at, out leaf) && leaf.Size < PageSize.Size2M) table.Collapse(at, PageSize.Size2M, p2m);
            }

            table.Collapse(start, PageSize.Size1G, p2m);
        }

        return Finish(XenCall.Collapse, domain, start, new Pfn(0), PageSize.Size1G.Pages, P2mType.RamReadWrite, false, p2m, new TableChange(), 0);
    }

    /// <summary>Takes note of an exchange of frames, whose costs follow from their number; a table of the IOMMU may have changed with them.</summary>
    internal CallResult Exchanged(XenDomain domain, Pfn pfn, Pfn mfn, ulong pages, TableChange iommu) =>
        Finish(XenCall.Exchange, domain, pfn, mfn, pages, P2mType.RamReadWrite, false, new TableChange(), iommu, 0, (long)(pages * costs.ExchangeFrame));

    /// <summary>Takes note of a change of a device's own context.</summary>
    internal CallResult DeviceMapped(XenDomain domain, Pfn bfn, ulong pages, bool continues, TableChange iommu) =>
        Finish(XenCall.DeviceMap, domain, bfn, new Pfn(0), pages, P2mType.RamReadWrite, continues, new TableChange(), iommu, 0);

    private CallResult Finish(
        XenCall call, XenDomain domain, Pfn gfn, Pfn mfn, ulong pages, P2mType type, bool continues, TableChange p2m, TableChange iommu, long references, long more = 0)
    {
        Calls++;
        if (continues) Continuations++;
        if (references > 0) ReferencesTaken += (ulong)references;
        else ReferencesDropped += (ulong)-references;
        var hold = costs.Lock + more + Price(p2m, costs.Entry) + Price(iommu, costs.IommuEntry) + (Math.Abs(references) * costs.Reference);
        if (p2m.NeedsFlush)
        {
            domain.Flushes++;
            hold += costs.Flush + (domain.Vcpus * costs.FlushPerVcpu);
        }

        if (iommu.NeedsFlush || (domain.SharesP2m && p2m.NeedsFlush))
        {
            domain.IotlbFlushes++;
            hold += costs.IotlbFlush;
        }

        domain.P2mWork.Add(p2m);
        domain.IommuWork.Add(iommu);
        var held = (long)Math.Ceiling(hold);
        Nanoseconds += held + (long)costs.Hypercall;
        var end = domain.Lock.Write(simulation.Now, held) + (long)costs.Hypercall;
        Observer?.Invoke(new XenEvent(simulation.Now, call, domain.Id, gfn, mfn, pages, type, continues, p2m, iommu, references, end));
        return new CallResult(pages, end);
    }

    private PageSize LargestOf(P2mType type) => type == P2mType.MmioDirect ? LargestMmio : P2mTypes.LargestLeafOf(type);

    private double Price(TableChange change, double entry) =>
        ((change.Written.Total - change.FilledBySplits.Total) * entry) + (change.Shattered.Total * costs.Split);

    /// <summary>How far the next entries reach: the leaves that a map of the stretch writes, at most <paramref name="most"/> of them.</summary>
    private static (ulong Pages, int Entries) Reach(Pfn gfn, Pfn mfn, ulong pages, PageSize largest, int most)
    {
        var (done, entries) = (0UL, 0);
        for (; done < pages && entries < most; entries++)
        {
            var alignment = (gfn.Value + done) | (mfn.Value + done);
            var size = PageSize.Size4K;
            foreach (var larger in (ReadOnlySpan<PageSize>)[PageSize.Size2M, PageSize.Size1G])
            {
                if (larger <= largest && (alignment & (larger.Pages - 1)) == 0 && pages - done >= larger.Pages) size = larger;
            }

            done += size.Pages;
        }

        return (done, entries);
    }

    private static PageSize Smaller(PageSize one, PageSize other) => one < other ? one : other;
}
