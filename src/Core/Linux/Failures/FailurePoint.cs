namespace Fast.Linux;

/// <summary>Where a <see cref="FailureScript"/> can make something go wrong.</summary>
public enum FailurePoint
{
    /// <summary>Page N of the request, from 0, cannot be had: EFAULT.</summary>
    Page,

    /// <summary>CPU page fault number N runs out of memory: ENOMEM.</summary>
    Fault,

    /// <summary>CPU page fault number N of a lookup gives <c>mmap_lock</c> up: whoever asked looks everything up again.</summary>
    Unlock,

    /// <summary><c>pin_user_pages_remote</c> number N yields at most VALUE pages; 0 is what patch 1 is about.</summary>
    Gup,

    /// <summary>From call N of <c>pin_user_pages_remote</c> on a fatal signal is pending: EINTR where somebody looks.</summary>
    Signal,

    /// <summary>Charge number N of locked memory is interrupted by a fatal signal: EINTR.</summary>
    Lock,

    /// <summary><c>iommu_map</c> number N finds no memory: ENOMEM.</summary>
    Map,

    /// <summary>The page for the pointers of a <c>vfio_batch</c> cannot be had: one pointer at a time then.</summary>
    Batch,

    /// <summary>The <c>vfio_dma</c> cannot be had: ENOMEM.</summary>
    Dma,

    /// <summary>Dirty bitmap number N cannot be had: ENOMEM.</summary>
    Bitmap,

    /// <summary>Record number N of what was unmapped cannot be had: that stretch is flushed on its own.</summary>
    Region,

    /// <summary>The IOMMU's table number N, the root not counted, cannot be had: ENOMEM. Whoever makes the arena keeps it that small.</summary>
    Table,
}
