using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    /// <summary>Looks a page of a pfnmap up (<c>follow_pfnmap_start</c>; before 6.12 <c>follow_pte</c>). A miss allocates nothing.</summary>
    /// <returns><see cref="Errno.EINVAL"/> for every kind of failure, as Linux does.</returns>
    public Errno FollowPfnmapStart(Area area, Va va, out PfnmapEntry entry)
    {
        ArgumentNullException.ThrowIfNull(area);
        _counters.MapCounts.Lookups++;
        entry = default;
        if (!area.Contains(va) || (area.Flags & (AreaFlags.Io | AreaFlags.Pfnmap)) == 0) return Errno.EINVAL;
        if (!Table.Follow(va.AsTableInput, out var leaf)) return Errno.EINVAL;
        _counters.MapCounts.LeavesVisited++;
        entry = new PfnmapEntry(leaf.Pfn, _reportsMask ? leaf.PageMask : PageSize.Size4K.PageMask, (leaf.Permissions & Permissions.Write) != 0);
        return Errno.None;
    }
}
