using Fast.Host;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tool.Measure;

/// <summary>What this library takes for the same table work on this machine: the same leaves read from a process's table and written into the IOMMU's, and removed again.</summary>
/// <param name="MapNanoseconds">The map of a filled table, the shortest of all runs.</param>
/// <param name="UnmapNanoseconds">The unmap, the shortest of all runs.</param>
/// <param name="Leaves">Leaves of the process's table in the range.</param>
/// <param name="Runs">How often it was run.</param>
internal sealed record FastPathView(long MapNanoseconds, long UnmapNanoseconds, long Leaves, int Runs)
{
    private const int MostRuns = 9;
    private const int FewRuns = 3;
    private const long ManyLeaves = 1 << 16;

    /// <summary>Executes it; <see langword="null"/> for what is not a BAR, or where the kernel's leaves are not known.</summary>
    public static FastPathView? Execute(MeasuredPoint point, ulong barBytes, HostMachine machine, CancellationToken cancellation)
    {
        if (point.Case.Memory != MeasuredMemory.Bar || point.Va == 0 || ReleaseOf(machine.Kernel) is not { } kernel) return null;
        var options = new BarCaseOptions
        {
            Bytes = point.Case.Bytes,
            BarBytes = barBytes,
            Offset = point.Case.Offset,
            Kernel = kernel,
            Path = MapPath.Fast,
            Warm = true,
            VaSkew = Congruent.Skew(point.Va, point.Physical),
            IovaSkew = point.Case.IovaSkew,
            Thp = Enum.TryParse<ThpPolicy>(machine.Thp, ignoreCase: true, out var thp) ? thp : ThpPolicy.Never,
            Iommu = IommuKinds.Find(machine.Iommu) ?? IommuKinds.Vtd,
        };
        if (!BarCase.TryCreate(options, out var barCase, out _)) return null;
        var (map, unmap, leaves, runs) = (long.MaxValue, long.MaxValue, 0L, 0);
        do
        {
            var outcome = BarExperiment.Run(barCase!, cancellation: cancellation);
            (map, unmap, leaves) = (Math.Min(map, outcome.MapNanoseconds), Math.Min(unmap, outcome.UnmapNanoseconds), outcome.Map.LeavesVisited);
        }
        while (++runs < (leaves > ManyLeaves ? FewRuns : MostRuns));

        return new FastPathView(map, unmap, leaves, runs);
    }

    // "6.12.107+deb13-amd64" is 6.12; releases that no profile covers have leaves that nobody has looked at.
    private static KernelVersion? ReleaseOf(string release)
    {
        var parts = release.Split('.', '-', '+');
        return parts.Length >= 2 && KernelVersion.TryParse($"{parts[0]}.{parts[1]}", out var version, out _) && KernelProfiles.TryResolve(version, out _, out _) ? version : null;
    }
}
