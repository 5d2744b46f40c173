using System.Collections.Immutable;
using Fast.Host;

namespace Fast.Tool.Check;

/// <summary>A process. The areas that are listed are the largest, and all of VFIO.</summary>
internal sealed record ProcessView(
    int Pid,
    string Name,
    ulong? ResidentBytes,
    ulong? PageTableBytes,
    ulong? LockedBytes,
    ulong? PinnedBytes,
    ulong? LockLimitBytes,
    bool LockUnlimited,
    bool ThpDisabled,
    string? Backend,
    ImmutableArray<int> Groups,
    int AreaCount,
    ImmutableArray<ProcessAreaView> Areas)
{
    /// <summary>A view of the process of <paramref name="run"/>.</summary>
    public static ProcessView Of(CheckRun run, int most)
    {
        var process = run.Facts.Process!;
        var vfio = run.Facts.VfioAreas.ToDictionary(area => area.Area.Start);
        var largest = process.Areas.Where(area => !area.IsVfio).OrderByDescending(area => area.Bytes).Take(most).Select(area => area.Start).ToHashSet();
        return new ProcessView(
            process.Id, process.Name, process.Resident, process.PageTables, process.Locked, process.Pinned,
            process.LockLimit == ulong.MaxValue ? null : process.LockLimit, process.LockLimit == ulong.MaxValue || process.MayLockAnything, process.HasThpDisabled,
            process.HasType1 ? "type1" : process.HasIommufd ? "iommufd" : null, process.VfioGroups, process.Areas.Length,
            [.. process.Areas.Zip(run.Residency).Where(pair => pair.First.IsVfio || largest.Contains(pair.First.Start))
                .Select(pair => ProcessAreaView.Of(pair.First, pair.Second, vfio.GetValueOrDefault(pair.First.Start)))]);
    }
}

/// <summary>An area of a process: what smaps says, what its pagemap says, and what VFIO's regions are.</summary>
internal sealed record ProcessAreaView(string Start, string Last, ulong Bytes, string Permissions, string Name, ulong PageBytes, ulong? ResidentBytes, ulong HugeBytes, PagesView? Pages, VfioRegionView? Region)
{
    /// <summary>A view of <paramref name="area"/>.</summary>
    public static ProcessAreaView Of(ProcessArea area, Residency? pages, VfioArea? region) => new(
        Numbers.Hex(area.Start), Numbers.Hex(area.End - 1), area.Bytes, area.Permissions, area.Name, area.KernelPageSize.Bytes, area.Resident, area.HugeBytes,
        pages is { } known ? new PagesView(known.Present, known.Swapped, known.Huge) : null,
        region is null ? null : VfioRegionView.Of(region));
}

/// <summary>Pages of 4 KiB, by pagemap; those that larger leaves map, where the kernel tells.</summary>
internal sealed record PagesView(ulong Present, ulong Swapped, ulong? Huge);

/// <summary>A region of a passed-through device; the leaves that alignment allows.</summary>
internal sealed record VfioRegionView(int Region, ulong Offset, ulong SkewBytes, IReadOnlyDictionary<string, long> BestLeaves, ImmutableArray<string> Candidates)
{
    /// <summary>A view of <paramref name="area"/>.</summary>
    public static VfioRegionView Of(VfioArea area) => new(
        area.Region, area.OffsetInRegion, area.Skew, Leaves.BySize(area.BestLeaves), [.. area.Candidates.Select(bar => bar.Device)]);
}
