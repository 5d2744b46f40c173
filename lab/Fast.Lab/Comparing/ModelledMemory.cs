using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>The model's counts of ordinary memory, over the very frames that the guest had: how many runs there are is their history, not the kernel's doing.</summary>
internal static class ModelledMemory
{
    private const ulong Va = 1UL << 40;
    private const ulong Iova = 1UL << 36;

    /// <summary>Executes the model.</summary>
    /// <exception cref="LabException">There are no frames.</exception>
    public static RowCounts Execute(LabRow row, ImmutableArray<RamStretch> frames)
    {
        if (frames.Aggregate(0UL, (sum, run) => sum + run.Pages) != row.Bytes >> Pfn.Shift) throw new LabException($"{row.Title}: the guest did not list its frames");
        if (!KernelVersion.TryParse(row.Kernel, out var version, out var error)) throw new LabException(error!);
        using var cpu = new TableArena();
        using var iommu = new TableArena();
        var counters = new KernelCounters();
        var profile = KernelProfiles.Resolve(version).Profile;
        var mm = new AddressSpace(profile, cpu, counters) { ThpPolicy = ThpPolicy.Always };
        foreach (var run in frames) mm.StructPages.AddNormal(run.First, run.Pages);
        var container = new Type1Container(mm, IommuKinds.Vtd.CreateDomain(profile, iommu, counters), counters);
        Check(new RamPages(KindOf(row.Memory), frames.AsSpan()).Mmap(mm, new Va(Va), AreaFlags.Read | AreaFlags.Write, out _));
        var (mapFirst, unmapFirst) = Round(container, counters, row);
        var (mapAgain, unmapAgain) = Round(container, counters, row);
        return new RowCounts(mapFirst, unmapFirst, mapAgain, unmapAgain, null);
    }

    private static (MapCounts Map, UnmapCounts Unmap) Round(Type1Container container, KernelCounters counters, LabRow row)
    {
        counters.Reset();
        Check(container.MapDma(new Iova(Iova + row.IovaSkew), new Va(Va), row.Bytes, Permissions.ReadWrite));
        Check(container.UnmapDma(new Iova(Iova + row.IovaSkew), row.Bytes, out _));
        var (map, unmap) = (counters.Map, counters.Unmap);
        // Faults of memory are GUP's own and none of type1's, which is what is probed.
        return (new MapCounts(map.VaddrGetPfns, map.GupAttempts, map.Lookups, 0, map.HugeFaultCalls, map.Chunks, map.IommuMapCalls), new UnmapCounts(unmap.IovaToPhys, unmap.IommuUnmapCalls));
    }

    private static RamKind KindOf(string memory) => memory switch
    {
        "4K" => RamKind.Pages4K, "thp" => RamKind.Thp, "2M" => RamKind.Hugetlb2M, "1G" => RamKind.Hugetlb1G,
        _ => throw new LabException($"'{memory}' is not a kind of memory"),
    };

    private static void Check(Errno errno)
    {
        if (errno != Errno.None) throw new LabException($"the model answers {errno}");
    }
}
