using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    /// <summary>
    /// Maps a stretch of frames into an area (<c>remap_pfn_range</c>). Linux writes 4 KiB leaves only; a larger <paramref name="largest"/> is what the thread "Huge remap_pfn_range for vfio-pci" (2024) asked
    /// for: huge leaves in the middle, small ones at the ends.
    /// </summary>
    /// <param name="area">The area.</param>
    /// <param name="start">First byte.</param>
    /// <param name="first">Frame of the first page.</param>
    /// <param name="bytes">Length.</param>
    /// <param name="largest">Largest leaf; default 4 KiB.</param>
    /// <returns>
    /// <see cref="Errno.EINVAL"/>: not on page bounds, not inside the area, or a part of an area that is copied on write (huge leaves are refused there altogether). <see cref="Errno.ENOMEM"/>: no memory for a table.
    /// </returns>
    /// <exception cref="InvalidOperationException">Something is mapped there: Linux stops with a BUG.</exception>
    public Errno RemapPfnRange(Area area, Va start, Pfn first, ulong bytes, PageSize? largest = null)
    {
        ArgumentNullException.ThrowIfNull(area);
        if (!TryRange(start, bytes, out var last) || !area.Contains(start) || !area.Contains(last)) return Errno.EINVAL;
        var size = largest ?? PageSize.Size4K;
        if (area.IsCow && (start != area.Start || last != area.Last || size > PageSize.Size4K)) return Errno.EINVAL;
        lock (MmapLock)
        {
            return Table.TryMap(IovaRange.Inclusive(start.AsTableInput, last.AsTableInput), first, area.Permissions, size) switch
            {
                { IsDone: true } => Errno.None,
                { Status: MapStatus.OutOfTables } => Errno.ENOMEM,
                var report => throw new InvalidOperationException($"remap over what is mapped at {start}: {report}"),
            };
        }
    }

    /// <summary>A fault as one of the designs would have taken it that the same thread weighed. What they share with Linux stays: 1 GiB where it fits, else 2 MiB, else 4 KiB.</summary>
    private FaultResult HandleFaultAsWeighed(VfioPciDevice device, Area area, Va va, int level, ref ulong next)
    {
        if (Profile.BarFault == BarFault.EarlyMethod)
        {
            _counters.MmCounts.HandlerCalls++;
            var size = AllowsHuge(area) ? LargestLeaf(area, va, level) : PageSize.Size4K;
            // The second method has nothing for a single page: mm goes on to the ordinary handler.
            if (size == PageSize.Size4K) _counters.MmCounts.HandlerCalls++;
            next = (va.Value & size.PageMask) + size.Bytes;
            return device.HugeFault(this, area, va, size.Shift - Pfn.Shift);
        }

        _counters.MmCounts.HandlerCalls++;
        if (!device.Answers) return FaultResult.SigBus;
        // Called late: the path down to the last level stands by then.
        if (Profile.BarFault == BarFault.RemapOverTables) Keep(area, va, PageSize.Size4K);
        return InsertLargest(area, overTables: Profile.BarFault == BarFault.RemapOverTables);
    }

    /// <summary>Maps what is not mapped of an area by the largest leaves.</summary>
    private FaultResult InsertLargest(Area area, bool overTables)
    {
        for (var at = area.Start; at <= area.Last;)
        {
            var walk = Table.Walk(at.AsTableInput);
            var size = walk.IsLeaf ? walk.Leaf.Size : AllowsHuge(area) ? LargestLeaf(area, at, overTables ? PudLevel : walk.Level) : PageSize.Size4K;
            var range = IovaRange.Of(new Iova(at.Value & size.PageMask), size.Bytes);
            if (!walk.IsLeaf)
            {
                if (LevelOf(size) > walk.Level)
                {
                    Zap(range);
                    _counters.MmCounts.EntriesOverwritten++;
                }

                var result = Insert(area, new Va(range.Start.Value), size.Shift - Pfn.Shift);
                if (result != FaultResult.NoPage) return result;
            }

            at = new Va(range.Last.Value + 1);
        }

        return FaultResult.NoPage;
    }

    /// <summary>The largest leaf around an address that area and congruence allow, of the level at which nothing stands yet or below.</summary>
    private static PageSize LargestLeaf(Area area, Va va, int level) =>
        Fits(area, va, level, PageSize.Size1G) ? PageSize.Size1G : Fits(area, va, level, PageSize.Size2M) ? PageSize.Size2M : PageSize.Size4K;

    private static bool Fits(Area area, Va va, int level, PageSize size)
    {
        var start = new Va(va.Value & size.PageMask);
        return level >= LevelOf(size) && start >= area.Start && start.Value + size.OffsetMask <= area.Last.Value && (area.PfnOf(start).Value & (size.Pages - 1)) == 0;
    }
}
