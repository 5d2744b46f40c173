using Fast.PageTables;

namespace Fast.Host;

/// <summary>What the kernel says about one virtual page: 8 bytes of <c>/proc/PID/pagemap</c> (Documentation/admin-guide/mm/pagemap.rst).</summary>
/// <param name="Raw">The bytes.</param>
public readonly record struct PagemapEntry(ulong Raw)
{
    private const ulong PfnMask = (1UL << 55) - 1;

    /// <summary>Whether it is in memory (bit 63).</summary>
    public bool IsPresent => (Raw >> 63 & 1) != 0;

    /// <summary>Whether it is swapped out (bit 62).</summary>
    public bool IsSwapped => (Raw >> 62 & 1) != 0;

    /// <summary>Its frame (bits 54:0), or <see langword="null"/>: it is not in memory, or the kernel hides frame numbers. Frame 0 is never a process's.</summary>
    public Pfn? Pfn => IsPresent && (Raw & PfnMask) is var pfn and not 0 ? new Pfn(pfn) : null;
}
