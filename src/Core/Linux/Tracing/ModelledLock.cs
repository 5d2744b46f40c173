namespace Fast.Linux;

/// <summary>The locks of the path, outermost first.</summary>
public enum ModelledLock
{
    /// <summary><c>vfio_iommu.lock</c>: held over a complete map or unmap.</summary>
    Container,

    /// <summary><c>mmap_lock</c> for reading.</summary>
    MmapRead,

    /// <summary><c>mmap_lock</c> for writing.</summary>
    MmapWrite,

    /// <summary>The spin lock of a page table: nobody may sleep under it.</summary>
    PageTable,
}
