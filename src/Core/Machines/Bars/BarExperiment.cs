using System.Collections.Concurrent;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>Executes cases: real tables, every step taken, nothing computed from a formula.</summary>
public static class BarExperiment
{
    // The first pass through any code compiles it and initialises its statics; that is neither the map's time nor its memory. Each IOMMU has code of its own.
    private static readonly ConcurrentDictionary<IommuKind, Lazy<bool>> Rehearsals = new();

    /// <summary>Maps and unmaps the BAR of a case once, in tables of its own.</summary>
    /// <param name="barCase">What to do.</param>
    /// <param name="progress">Told now and then how far it is, or <see langword="null"/>.</param>
    /// <param name="trace">Told of each step of map and unmap, or <see langword="null"/>.</param>
    /// <param name="cancellation">Looked at every few thousand steps.</param>
    public static BarOutcome Run(BarCase barCase, IProgress<BarProgress>? progress = null, StepTrace? trace = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(barCase);
        _ = Rehearsals.GetOrAdd(barCase.Iommu, kind => new Lazy<bool>(() => Rehearse(kind))).Value;
        return Execute(barCase, new BarWatch(barCase, progress, cancellation), trace);
    }

    private static BarOutcome Execute(BarCase barCase, BarWatch watch, StepTrace? trace = null)
    {
        using var rig = new BarRig(barCase, watch, trace);
        var errno = rig.Prepare();
        return errno == Errno.None ? Measure(rig) : Report(rig, errno, default, 0, 0);
    }

    private static bool Rehearse(IommuKind kind)
    {
        foreach (var path in Enum.GetValues<MapPath>())
        {
            foreach (var kernel in new[] { KernelProfiles.Oldest, new KernelVersion(6, 12), KernelProfiles.Newest })
            {
                var barCase = BarCase.Create(new BarCaseOptions { Bytes = 4096, Kernel = kernel, Path = path, Iommu = kind });
                _ = Execute(barCase, new BarWatch(barCase, null, CancellationToken.None));
            }
        }

        return true;
    }

    private static BarOutcome Measure(BarRig rig)
    {
        var watch = rig.Watch;
        watch.Begin(BarPhase.Map);
        var errno = rig.Map();
        var mapNanoseconds = watch.End();
        var standing = Report(rig, errno, rig.Counters.Map, mapNanoseconds, watch.AllocatedBytes);
        if (errno != Errno.None) return standing;

        watch.Begin(BarPhase.Unmap);
        errno = rig.Unmap();
        var unmapNanoseconds = watch.End();
        return standing with
        {
            Errno = errno,
            KnownBugs = rig.Counters.Bugs,
            Unmap = rig.Counters.Unmap,
            UnmapNanoseconds = unmapNanoseconds,
            ManagedBytesAllocated = watch.AllocatedBytes,
        };
    }

    /// <summary>What stands now; tables are counted by reading them.</summary>
    private static BarOutcome Report(BarRig rig, Errno errno, MapCounters map, long nanoseconds, long allocated) => new()
    {
        Errno = errno,
        KnownBugs = rig.Counters.Bugs,
        Map = map,
        Unmap = rig.Counters.Unmap,
        CpuLeaves = rig.Cpu.CountLeaves(BarRig.UserSpace),
        IommuLeaves = rig.Domain.CountLeafSizes(),
        CpuTableBytes = rig.Cpu.Arena.BytesInUse,
        IommuTableBytes = rig.IommuTableBytes,
        ManagedBytesAllocated = allocated,
        MapNanoseconds = nanoseconds,
        UnmapNanoseconds = 0,
        Digest = rig.Domain.Digest(),
    };
}
