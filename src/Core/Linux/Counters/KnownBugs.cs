namespace Fast.Linux;

/// <summary>Defects of real kernels that the kernel path reproduces. The fast path has none of them.</summary>
[Flags]
public enum KnownBugs
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>
    /// <c>vfio_pin_pages_remote</c> takes frame 0 for "not set": a mapping that starts at frame 0 gets the wrong frames for its first lookup.
    /// All releases.
    /// </summary>
    FrameZeroMeansUnset = 1 << 0,

    /// <summary><c>vfio_unmap_unpin</c> takes physical address 0 for "no translation": that page is never unmapped. All releases.</summary>
    PhysicalZeroIsNeverUnmapped = 1 << 1,

    /// <summary>A mapping that ends at 2^64 has the end 0: it is never found again and never unmapped. Before inclusive ends.</summary>
    EndOfSpaceIsZero = 1 << 2,

    /// <summary>
    /// <c>pin_user_pages_remote</c> yields 0 pages and <c>vfio_pin_pages_remote</c> takes a frame that nobody wrote. Before patch 1. What the frame is, is
    /// undefined; here it is 0, for one page.
    /// </summary>
    ZeroPinIsAFrame = 1 << 3,
}
