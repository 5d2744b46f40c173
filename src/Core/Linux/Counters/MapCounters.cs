namespace Fast.Linux;

/// <summary>
/// What happened while a range was mapped: what kprobes on the named functions would count. Each is incremented where the thing happens; none
/// is computed. On the fast path the functions do not exist and their counters stay 0.
/// </summary>
public record struct MapCounters
{
    /// <summary>Calls of <c>vaddr_get_pfns</c>.</summary>
    public long VaddrGetPfns { get; set; }

    /// <summary>Calls of <c>pin_user_pages_remote</c>; on a BAR each one fails, of other memory one yields up to 512 pages.</summary>
    public long GupAttempts { get; set; }

    /// <summary>Calls of <c>follow_pfnmap_start</c> (before 6.12: <c>follow_pte</c>), misses included.</summary>
    public long Lookups { get; set; }

    /// <summary>CPU page faults taken: calls of <c>handle_mm_fault</c>. The fast path takes them too, where nothing is mapped yet.</summary>
    public long Faults { get; set; }

    /// <summary>Calls of vfio-pci's <c>huge_fault</c> handler, refused orders and order 0 included.</summary>
    public long HugeFaultCalls { get; set; }

    /// <summary>References taken on pages.</summary>
    public long Pins { get; set; }

    /// <summary>Steps in which GUP took them: one per page, or one per folio where it knows folios.</summary>
    public long FolioGrabs { get; set; }

    /// <summary>Comparisons of locked pages with the limit while pages were gathered: one per page, or one per contiguous run.</summary>
    public long MemlockChecks { get; set; }

    /// <summary>Contiguous stretches that <c>vfio_pin_pages_remote</c> returned.</summary>
    public long Chunks { get; set; }

    /// <summary>Calls of <c>iommu_map</c>, over all domains.</summary>
    public long IommuMapCalls { get; set; }

    /// <summary>Calls into the code that writes IOMMU tables: one per <c>iommu_pgsize</c> group for a driver, one per range for generic tables.</summary>
    public long TableMapCalls { get; set; }

    /// <summary>Kernel path: lookups that ended at a leaf. Fast path: leaves that were read.</summary>
    public long LeavesVisited { get; set; }
}
