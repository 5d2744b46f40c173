using System.Collections.Immutable;
using Fast.Host;

namespace Fast.Tool.Measure;

/// <summary>
/// What a request had the kernel do, in the words of <c>fast map</c>; <see langword="null"/> for what this kernel lets nobody count (inlined, renamed, not there), and a counter that
/// belongs to the other request.
/// </summary>
internal sealed record CountedCalls(
    long? VaddrGetPfns,
    long? GupAttempts,
    long? Lookups,
    long? Faults,
    long? HugeFaultCalls,
    long? Chunks,
    long? IommuMapCalls,
    long? IovaToPhys,
    long? IommuUnmapCalls)
{
    /// <summary>The functions behind each counter. Where several are named, a kernel has one of them, or both count.</summary>
    private static readonly ImmutableArray<(string Counter, ImmutableArray<string> Functions)> Sources =
    [
        (nameof(VaddrGetPfns), ["vaddr_get_pfns"]),
        (nameof(GupAttempts), ["pin_user_pages_remote"]),
        // Before 6.12 follow_pte; both are there in 6.12, where the newer one is not built on the older.
        (nameof(Lookups), ["follow_pfnmap_start", "follow_pte"]),
        (nameof(Faults), ["fixup_user_fault"]),
        (nameof(HugeFaultCalls), ["vfio_pci_mmap_huge_fault"]),
        (nameof(Chunks), ["vfio_pin_pages_remote"]),
        (nameof(IommuMapCalls), ["iommu_map"]),
        (nameof(IovaToPhys), ["iommu_iova_to_phys"]),
        (nameof(IommuUnmapCalls), ["iommu_unmap_fast", "iommu_unmap"]),
    ];

    /// <summary>All functions that are counted.</summary>
    public static IEnumerable<string> Functions => Sources.SelectMany(source => source.Functions);

    /// <summary>The counters of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="absent">Functions that could not be probed.</param>
    public static CountedCalls? Of(MeasuredRequest request, ImmutableArray<string> absent)
    {
        if (request.Calls.IsEmpty) return null;
        var counts = Sources.ToDictionary(source => source.Counter, source => Sum(request.Calls, source.Functions, absent));
        return new CountedCalls(
            counts[nameof(VaddrGetPfns)],
            counts[nameof(GupAttempts)],
            counts[nameof(Lookups)],
            counts[nameof(Faults)],
            counts[nameof(HugeFaultCalls)],
            counts[nameof(Chunks)],
            counts[nameof(IommuMapCalls)],
            counts[nameof(IovaToPhys)],
            counts[nameof(IommuUnmapCalls)]);
    }

    private static long? Sum(ImmutableSortedDictionary<string, long> calls, ImmutableArray<string> functions, ImmutableArray<string> absent)
    {
        var probed = functions.Where(function => !absent.Contains(function)).ToList();
        return probed.Count == 0 ? null : probed.Sum(function => calls.GetValueOrDefault(function));
    }
}
