using System.Runtime.CompilerServices;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>An IOMMU domain on tables of one format.</summary>
/// <typeparam name="TFormat">The format.</typeparam>
/// <typeparam name="TPin">The pin loop from the CPU's tables: an emitted one, or <see cref="RunPin{TSource,TDestination}"/>.</typeparam>
public class IommuDomain<TFormat, TPin> : IommuDomain
    where TFormat : struct, IRunFormat, IProtectFormat
    where TPin : struct, IPinLoop<X64L4, TFormat>
{
    // Derived once per format, not once per domain.
    internal static readonly IommuGeometry OfFormat = new(TFormat.Facts);

    private readonly KernelCounters _counters;

    /// <summary>An empty domain whose tables lie in <paramref name="arena"/>.</summary>
    public IommuDomain(KernelProfile profile, TableArena arena, KernelCounters counters)
        : base(profile, arena, counters, TFormat.Facts, OfFormat)
    {
        _counters = counters;
        Table = new PageTable<TFormat>(arena);
    }

    /// <summary>What the device walks.</summary>
    public PageTable<TFormat> Table { get; }

    /// <inheritdoc/>
    public sealed override Errno Map(Iova iova, Pfn first, ulong pages, Permissions permissions)
    {
        _counters.MapCounts.IommuMapCalls++;
        var bytes = pages << Pfn.Shift;
        if (bytes == 0 || ((iova.Value | first.Address.Value | bytes) & (OfFormat.SmallestPage - 1)) != 0) return Errno.EINVAL;
        if (unchecked(iova.Value + (bytes - 1)) < iova.Value) return Errno.EOVERFLOW;
        var range = IovaRange.Of(iova, bytes);
        if (!OfFormat.Aperture.Contains(range.Last)) return Errno.ERANGE;
        permissions |= OfFormat.AlwaysGranted;
        return HasGenericTables ? MapTables(range, first, permissions, null) : MapGroups(range, first, permissions);
    }

    /// <inheritdoc/>
    internal sealed override Errno MapRun(Iova iova, Pfn first, ulong pages, Permissions permissions) =>
        ErrnoOf(Table.TryMap(IovaRange.Of(iova, pages << Pfn.Shift), first, permissions | OfFormat.AlwaysGranted).Status);

    /// <inheritdoc/>
    internal sealed override Errno ProtectRange(IovaRange range, Permissions permissions, out long leaves)
    {
        var report = Table.TryProtect(range, permissions | OfFormat.AlwaysGranted);
        leaves = (long)report.Leaves.Total;
        return ErrnoOf(report.Status);
    }

    /// <inheritdoc/>
    internal sealed override int TakeRuns(ref RunCursor cursor, Span<Run> runs)
    {
        Gather();
        return Table.TakeRuns(ref cursor, runs);
    }

    /// <inheritdoc/>
    internal sealed override void FreeTables(IovaRange range) => Table.TryDiscard(range);

    /// <inheritdoc/>
    internal sealed override int ReadRuns(ref RunCursor cursor, Span<Run> runs) => Table.ReadRuns(ref cursor, runs);

    /// <inheritdoc/>
    public sealed override ulong IovaToPhys(Iova iova) => Ask(iova);

    /// <inheritdoc/>
    internal sealed override ulong ExtendContiguous(Iova start, ulong physical, ulong bytes, CondResched resched)
    {
        var length = PageSize.Size4K.Bytes;
        while (length < bytes && Ask(start + length) == physical + length)
        {
            resched.Step();
            length += PageSize.Size4K.Bytes;
        }

        return length;
    }

    /// <inheritdoc/>
    public sealed override ulong UnmapFast(Iova iova, ulong bytes)
    {
        _counters.UnmapCounts.IommuUnmapCalls++;
        Gather();
        var range = IovaRange.Of(iova, bytes);
        var report = Table.TryUnmap(range);
        if (report.Status == MapStatus.CutsLeaf)
        {
            var whole = WholeEntries(range);
            if (whole.Start < iova && HasGenericTables) return 0;
            report = Table.TryUnmap(whole);
        }

        return BytesOf(report.Leaves);
    }

    /// <inheritdoc/>
    public sealed override PinReport Pin(PageTable<X64L4> source, IovaRange sourceRange, Iova start, Permissions permissions) =>
        PageTablePins.Pin<TPin, X64L4, TFormat>(source, sourceRange, Table, start, permissions | OfFormat.AlwaysGranted);

    /// <inheritdoc/>
    public sealed override ulong UnmapRange(IovaRange range)
    {
        Gather();
        var removed = Table.Unmap(range).Total;
        IotlbSync();
        return removed;
    }

    /// <inheritdoc/>
    public override bool Write(Iova iova) => Table.Follow(iova, out var leaf) && (leaf.Permissions & Permissions.Write) != 0;

    /// <inheritdoc/>
    public sealed override PhysicalAddress Translate(Iova iova) => Table.Translate(iova);

    /// <inheritdoc/>
    public sealed override LeafSizeCounts CountLeafSizes() => Table.CountLeafSizes(OfFormat.Aperture);

    /// <inheritdoc/>
    public sealed override MappingDigest Digest() => MappingDigest.Of(Table, OfFormat.Aperture);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Ask(Iova iova)
    {
        _counters.UnmapCounts.IovaToPhys++;
        var address = Table.Translate(iova);
        if (address.IsNone) return 0;
        _counters.UnmapCounts.LeavesVisited++;
        return address.Value;
    }

    /// <summary>A range and the rest of the entries that its bounds cut.</summary>
    private IovaRange WholeEntries(IovaRange range)
    {
        var (first, last) = (range.Start.Value, range.Last.Value);
        if (Table.Follow(range.Start, out var leaf)) first &= leaf.PageMask;
        if (Table.Follow(range.Last, out leaf)) last |= leaf.Size.OffsetMask;
        return IovaRange.Inclusive(new Iova(first), new Iova(last));
    }

    private static ulong BytesOf(in LeafCounts items)
    {
        var levels = TFormat.Facts.Levels;
        ulong bytes = 0;
        for (var level = 0; level < levels.Length; level++) bytes += items[level] << levels[level].Shift;
        return bytes;
    }

    private Errno MapGroups(IovaRange range, Pfn first, Permissions permissions)
    {
        ulong done = 0;
        while (done < range.Bytes)
        {
            var (at, pfn) = (range.Start + done, first + (done >> Pfn.Shift));
            var size = IommuPageSizes.Choose(OfFormat.PageSizes, at.Value, pfn.Address.Value, range.Bytes - done, out var count);
            var errno = MapTables(IovaRange.Of(at, size * count), pfn, permissions, new PageSize(int.CreateChecked(ulong.Log2(size))));
            if (errno != Errno.None)
            {
                if (done != 0) Table.Unmap(IovaRange.Of(range.Start, done));
                return errno;
            }

            done += size * count;
        }

        return Errno.None;
    }

    private Errno MapTables(IovaRange range, Pfn first, Permissions permissions, PageSize? largest)
    {
        _counters.MapCounts.TableMapCalls++;
        return ErrnoOf(Table.TryMap(range, first, permissions, largest).Status);
    }
}
