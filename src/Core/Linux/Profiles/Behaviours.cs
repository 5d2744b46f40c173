namespace Fast.Linux;

/// <summary>What the first access to a page of an mmapped BAR does (vfio-pci's fault handler).</summary>
public enum BarFault
{
    /// <summary>The whole area is remapped at once in 4 KiB entries (<c>io_remap_pfn_range</c>).</summary>
    RemapWholeArea,

    /// <summary>The whole area is inserted at once, page by page (<c>vmf_insert_pfn</c> in a loop): 6.10 and 6.11.</summary>
    InsertWholeArea,

    /// <summary>One leaf per fault, the largest of 1 GiB, 2 MiB and 4 KiB that fits (<c>huge_fault</c>).</summary>
    HugeOrders,

    /// <summary>
    /// Weighed and not taken ("Huge remap_pfn_range for vfio-pci", 2024): a flag of the area has mm call the ordinary fault handler before it allocates any table; the handler
    /// remaps the whole area, by the largest leaves that fit where no table stands.
    /// </summary>
    EarlyFlag,

    /// <summary>
    /// Weighed and not taken (same thread): a second method, called before any table is allocated, puts the largest leaf that fits at the address; where none fits, mm goes on to the last level and
    /// calls the ordinary handler.
    /// </summary>
    EarlyMethod,

    /// <summary>
    /// Weighed and not taken (same thread): mm goes down to the last level first, as ever; the handler remaps the whole area by the largest leaves that fit and overwrites the entries of the
    /// tables that stand in their way.
    /// </summary>
    RemapOverTables,
}

/// <summary>How often pinning compares locked pages with RLIMIT_MEMLOCK (<c>vfio_pin_pages_remote</c>).</summary>
public enum MemlockCheck
{
    /// <summary>For each page.</summary>
    PerPage,

    /// <summary>Once for each contiguous run.</summary>
    PerRun,
}

/// <summary>How pages are given back (<c>vfio_unpin_pages_remote</c>).</summary>
public enum Unpinning
{
    /// <summary>One test and one release for each page.</summary>
    PerPage,

    /// <summary>A whole range at once, unless the mapping ever held a reserved frame (<c>has_rsvd</c>): then per page.</summary>
    ByRangeUnlessReserved,
}

/// <summary>How type1 computes the end of a mapping.</summary>
public enum EndOfSpace
{
    /// <summary>First byte after it: 0 for a mapping that ends at 2^64, so such a mapping is never found again.</summary>
    Exclusive,

    /// <summary>Last byte of it.</summary>
    Inclusive,
}

/// <summary>Who writes IOMMU tables.</summary>
public enum IommuTableCode
{
    /// <summary>Each driver, called once per group of equal leaves (<c>iommu_pgsize</c>).</summary>
    Driver,

    /// <summary>The generic page tables, called once per range (<c>generic_pt</c>).</summary>
    Generic,
}

/// <summary>How far a statement about a kernel can be trusted.</summary>
public enum Confidence
{
    /// <summary>This release was counted.</summary>
    Measured,

    /// <summary>Its behaviour was read, not counted.</summary>
    Read,

    /// <summary>It lies between releases that were counted or read.</summary>
    Interpolated,
}

/// <summary>The system-wide setting <c>transparent_hugepage/enabled</c>.</summary>
public enum ThpPolicy
{
    /// <summary>Everywhere.</summary>
    Always,

    /// <summary>Only where <c>madvise(MADV_HUGEPAGE)</c> asked for it.</summary>
    Madvise,

    /// <summary>Nowhere.</summary>
    Never,
}
