using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// An IOMMU domain (<c>iommu_domain</c>): what a container asks of it, whatever the format of its tables. No question here is asked per page but
/// <see cref="IovaToPhys"/>; loops over pages belong to <see cref="IommuDomain{TFormat,TPin}"/>, which knows the format when it is compiled.
/// </summary>
public abstract class IommuDomain
{
    private TableArena.ReaderScope? _gather;

    private protected IommuDomain(KernelProfile profile, TableArena arena, KernelCounters counters, FormatFacts facts, IommuGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(counters);
        (Arena, Counters, Facts, Geometry) = (arena, counters, facts, geometry);
        HasGenericTables = profile.IommuTables == IommuTableCode.Generic;
        UnmapsWholeEntries = profile.ProbesFineGrainedSuperPages && geometry.HasFineGrainedSuperPages;
    }

    /// <summary>The format of its tables.</summary>
    public FormatFacts Facts { get; }

    /// <summary>Page sizes, aperture, and what follows from them.</summary>
    public IommuGeometry Geometry { get; }

    /// <summary>Whether type1 unmaps entry by entry here (<c>vfio_domain.fgsp</c>): the tables have fine-grained superpages and the kernel probed for them.</summary>
    public bool UnmapsWholeEntries { get; }

    /// <summary>Where its tables are.</summary>
    public TableArena Arena { get; }

    /// <summary>Bytes of tables in its arena, its root included.</summary>
    public ulong TableBytes => Arena.BytesInUse;

    private protected KernelCounters Counters { get; }

    private protected bool HasGenericTables { get; }

    /// <summary>Maps a contiguous stretch (<c>iommu_map</c>). A failure leaves nothing behind.</summary>
    public abstract Errno Map(Iova iova, Pfn first, ulong pages, Permissions permissions);

    /// <summary>
    /// The physical address behind <paramref name="iova"/>, or 0 for none (<c>iommu_iova_to_phys</c>): nobody can tell physical 0 from a hole.
    /// </summary>
    public abstract ulong IovaToPhys(Iova iova);

    /// <summary>
    /// How far the translation goes on contiguously from <paramref name="start"/>, whose physical address is known: one <see cref="IovaToPhys"/> per page, the
    /// discovery scan of <c>vfio_unmap_unpin</c>.
    /// </summary>
    /// <param name="start">A page that is mapped.</param>
    /// <param name="physical">Its physical address.</param>
    /// <param name="bytes">Where to stop at the latest, from <paramref name="start"/>.</param>
    /// <param name="resched">Asked at each page.</param>
    /// <returns>Bytes, at least one page.</returns>
    internal abstract ulong ExtendContiguous(Iova start, ulong physical, ulong bytes, CondResched resched);

    /// <summary>
    /// Removes a stretch; the IOTLB is not flushed yet (<c>iommu_unmap_fast</c>). An entry that the end of the stretch cuts goes whole. One that its start cuts
    /// goes whole too where a driver writes the tables; generic tables refuse.
    /// </summary>
    /// <returns>Bytes removed: more than asked for when an entry was cut.</returns>
    public abstract ulong UnmapFast(Iova iova, ulong bytes);

    /// <summary>Removes a stretch and flushes the IOTLB (<c>iommu_unmap</c>).</summary>
    /// <returns>Bytes removed, as <see cref="UnmapFast"/>.</returns>
    public ulong Unmap(Iova iova, ulong bytes)
    {
        var removed = UnmapFast(iova, bytes);
        IotlbSync();
        return removed;
    }

    /// <summary>Flushes the IOTLB (<c>iommu_iotlb_sync</c>): from then on tables that an unmap freed may be used again.</summary>
    public void IotlbSync()
    {
        Counters.UnmapCounts.IotlbSyncs++;
        if (_gather is { } held) held.Dispose();
        _gather = null;
    }

    /// <summary>Keeps the tables that are freed from here on as they are until the flush: the hardware may still walk them (<c>iommu_iotlb_gather.freelist</c>).</summary>
    private protected void Gather() => _gather ??= Arena.EnterReader();

    /// <summary>The fast path's map: a range of the CPU's table is read as runs and written with the largest leaves.</summary>
    public abstract PinReport Pin(PageTable<X64L4> source, IovaRange sourceRange, Iova start, Permissions permissions);

    /// <summary>The fast path's unmap: removes what <paramref name="range"/> holds without asking for it first, and flushes the IOTLB.</summary>
    /// <returns>Entries removed: a leaf that takes several counts as many.</returns>
    /// <exception cref="InvalidOperationException">The range cuts a leaf.</exception>
    public abstract ulong UnmapRange(IovaRange range);

    /// <summary>The fast path's map of a run that was read before; Linux has no such call, so none is counted.</summary>
    internal abstract Errno MapRun(Iova iova, Pfn first, ulong pages, Permissions permissions);

    /// <summary>Reads what is mapped as runs.</summary>
    internal abstract int ReadRuns(ref RunCursor cursor, Span<Run> runs);

    /// <summary>The fast path's unmap of pages that must be given back: removes runs and tells which they were, each leaf looked at once.</summary>
    internal abstract int TakeRuns(ref RunCursor cursor, Span<Run> runs);

    /// <summary>Frees the tables of a range of which everything was taken, before the flush; nothing in them is read.</summary>
    internal abstract void FreeTables(IovaRange range);

    /// <summary>Changes what devices may do with a range, in place. Linux has no such call.</summary>
    /// <param name="range">It may not cut a leaf.</param>
    /// <param name="permissions">What they may do.</param>
    /// <param name="leaves">Entries that changed.</param>
    /// <returns><see cref="Errno.EINVAL"/> when the format cannot say it; nothing has changed then.</returns>
    internal abstract Errno ProtectRange(IovaRange range, Permissions permissions, out long leaves);

    /// <summary>Whether the hardware notes in the tables which leaves devices wrote through.</summary>
    public virtual bool NotesWrites => false;

    /// <summary>Whether Linux can ask for it (<c>IOMMU_CAP_DIRTY_TRACKING</c>).</summary>
    public virtual bool LinuxTracksWrites => false;

    /// <summary>A device writes: the tables may refuse it, and where <see cref="NotesWrites"/> says so they keep note of it.</summary>
    /// <returns>Whether it was allowed.</returns>
    public abstract bool Write(Iova iova);

    /// <summary>Reports the leaves of a range that devices wrote through, whole (<c>read_and_clear_dirty</c>).</summary>
    /// <param name="range">The range; holes are fine.</param>
    /// <param name="clear">Whether they count as not written from then on.</param>
    /// <param name="report">Where to note them.</param>
    /// <returns>Entries that were reported.</returns>
    /// <exception cref="NotSupportedException">The hardware notes nothing: <see cref="NotesWrites"/>.</exception>
    internal virtual long HarvestDirty(IovaRange range, bool clear, in DirtyReport report) =>
        throw new NotSupportedException($"{Facts.Name} has no bit for what devices wrote");

    /// <summary>What a device would reach, or <see cref="PhysicalAddress.None"/>. For observers: counts nothing.</summary>
    public abstract PhysicalAddress Translate(Iova iova);

    /// <summary>Counts the leaves of the aperture by their true size, reading the tables.</summary>
    public abstract LeafSizeCounts CountLeafSizes();

    /// <summary>The digest of all that devices can reach.</summary>
    public abstract MappingDigest Digest();

    internal static Errno ErrnoOf(MapStatus status) => status switch
    {
        MapStatus.Done => Errno.None,
        MapStatus.AlreadyMapped => Errno.EADDRINUSE,
        MapStatus.OutOfTables => Errno.ENOMEM,
        MapStatus.BadInput or MapStatus.BadOutput => Errno.ERANGE,
        _ => Errno.EINVAL,
    };
}
