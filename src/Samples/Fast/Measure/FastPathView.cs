using System.Diagnostics;
using Fast.Host;
using Fast.Linux;
using Fast.PageTables;

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

    // The BAR is naturally aligned, and its addresses are congruent to it where no skew says otherwise.
    private const ulong BarBase = 1UL << 42;
    private const ulong VaBase = 1UL << 40;
    private const ulong IovaBase = 1UL << 36;
    private const AreaFlags Flags = AreaFlags.Read | AreaFlags.Write | AreaFlags.Shared;

    /// <summary>Executes it; <see langword="null"/> for what is not a BAR, or where the kernel's leaves are not known.</summary>
    public static FastPathView? Execute(MeasuredPoint point, ulong barBytes, HostMachine machine, CancellationToken cancellation)
    {
        if (point.Case.Memory != MeasuredMemory.Bar || point.Va == 0 || ReleaseOf(machine.Kernel) is not { } kernel) return null;
        using var cpu = new TableArena();
        using var iommu = new TableArena();
        var counters = new KernelCounters();
        var profile = KernelProfiles.Resolve(kernel).Profile;
        var mm = new AddressSpace(profile, cpu, counters) { ThpPolicy = Enum.TryParse<ThpPolicy>(machine.Thp, ignoreCase: true, out var thp) ? thp : ThpPolicy.Never };
        var domain = (IommuKinds.Find(machine.Iommu) ?? IommuKinds.Vtd).CreateDomain(profile, iommu, counters);
        var container = new Type1Container(mm, domain, counters, MapPath.Fast);
        var bar = new VfioPciBar(new VfioPciDevice(), new Pfn(BarBase >> Pfn.Shift), barBytes);
        var origin = new Va(VaBase + Congruent.Skew(point.Va, point.Physical));
        var start = origin + point.Case.Offset;
        var iova = new Iova(IovaBase + point.Case.IovaSkew + point.Case.Offset);
        Check(bar.Mmap(mm, origin, 0, barBytes, Flags, out _));
        Check(mm.Populate(start, point.Case.Bytes, write: true));
        // The first run takes tables from the system, which is the system's work; later ones find them in the arena.
        var (map, unmap, leaves, runs) = (long.MaxValue, long.MaxValue, 0L, 0);
        do
        {
            cancellation.ThrowIfCancellationRequested();
            counters.Reset();
            var begin = Stopwatch.GetTimestamp();
            Check(container.MapDma(iova, start, point.Case.Bytes, Permissions.ReadWrite));
            map = Math.Min(map, Nanoseconds(begin));
            leaves = counters.Map.LeavesVisited;
            begin = Stopwatch.GetTimestamp();
            Check(container.UnmapDma(iova, point.Case.Bytes, out _));
            unmap = Math.Min(unmap, Nanoseconds(begin));
        }
        while (++runs < (leaves > ManyLeaves ? FewRuns : MostRuns));

        return new FastPathView(map, unmap, leaves, runs);
    }

    private static long Nanoseconds(long begin) => (long)Stopwatch.GetElapsedTime(begin).TotalNanoseconds;

    private static void Check(Errno errno)
    {
        if (errno != Errno.None) throw new InvalidOperationException($"the fast path answers {errno}");
    }

    // "6.12.107+deb13-amd64" is 6.12; releases that no profile covers have leaves that nobody has looked at.
    private static KernelVersion? ReleaseOf(string release)
    {
        var parts = release.Split('.', '-', '+');
        return parts.Length >= 2 && KernelVersion.TryParse($"{parts[0]}.{parts[1]}", out var version, out _) && KernelProfiles.TryResolve(version, out _, out _) ? version : null;
    }
}
