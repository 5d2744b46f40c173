namespace Fast.Linux;

/// <summary>What happened while a range was unmapped. See <see cref="MapCounters"/>.</summary>
public record struct UnmapCounters
{
    /// <summary>Calls of <c>iommu_iova_to_phys</c>.</summary>
    public long IovaToPhys { get; set; }

    /// <summary>Calls of <c>iommu_unmap_fast</c> and <c>iommu_unmap</c>.</summary>
    public long IommuUnmapCalls { get; set; }

    /// <summary>Calls of <c>iommu_iotlb_sync</c>.</summary>
    public long IotlbSyncs { get; set; }

    /// <summary>Frames that <c>put_pfn</c> tested for being reserved.</summary>
    public long ReservedTests { get; set; }

    /// <summary>References given back.</summary>
    public long Unpins { get; set; }

    /// <summary>Kernel path: translations asked for that ended at a leaf. Fast path: entries that were removed; a leaf that takes several counts as many.</summary>
    public long LeavesVisited { get; set; }
}
