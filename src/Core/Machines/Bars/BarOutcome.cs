using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What one execution of a <see cref="BarCase"/> did. An errno is a result like any other.</summary>
public sealed record BarOutcome
{
    /// <summary>Whether mapping and unmapping succeeded.</summary>
    public bool Ok => Errno == Errno.None;

    /// <summary>Why they did not.</summary>
    public required Errno Errno { get; init; }

    /// <summary>Defects of the modelled kernel that showed.</summary>
    public required KnownBugs KnownBugs { get; init; }

    /// <summary>What mapping did.</summary>
    public required MapCounters Map { get; init; }

    /// <summary>What unmapping did; after a failed map, what undoing did.</summary>
    public required UnmapCounters Unmap { get; init; }

    /// <summary>Leaves of the CPU's table while the mapping stood, counted in the table, by level.</summary>
    public required LeafCounts CpuLeaves { get; init; }

    /// <summary>Leaves of the IOMMU's table while the mapping stood, counted in the table, by size.</summary>
    public required LeafSizeCounts IommuLeaves { get; init; }

    /// <summary>Bytes of all CPU tables while the mapping stood, the root included.</summary>
    public required ulong CpuTableBytes { get; init; }

    /// <summary>Bytes of all IOMMU tables while the mapping stood, the root included.</summary>
    public required ulong IommuTableBytes { get; init; }

    /// <summary>Bytes that map and unmap took from the garbage-collected heap of this process.</summary>
    public required long ManagedBytesAllocated { get; init; }

    /// <summary>Time that the map took here, in this process.</summary>
    public required long MapNanoseconds { get; init; }

    /// <summary>Time that the unmap took here, in this process.</summary>
    public required long UnmapNanoseconds { get; init; }

    /// <summary>Digest of what the device could reach while the mapping stood.</summary>
    public required MappingDigest Digest { get; init; }
}
