namespace Fast.Machines;

/// <summary>What keeps a larger leaf away, in the order in which it is asked: first what nothing about the addresses can change, then the addresses, then the bounds.</summary>
public enum LeafRule
{
    /// <summary>Nothing: it is the largest leaf that the tables have.</summary>
    None,

    /// <summary>iommufd takes no BAR through the process's addresses, and this kernel maps no dma-buf.</summary>
    Iommufd,

    /// <summary>A BAR smaller than a page that shares its page cannot be mmapped.</summary>
    SubPage,

    /// <summary>The host's kernel makes no huge leaves for BARs.</summary>
    Kernel,

    /// <summary>The driver of the device on the host has no <c>huge_fault</c>.</summary>
    Driver,

    /// <summary><c>transparent_hugepage/enabled</c> decides, and it says no.</summary>
    Thp,

    /// <summary>The BAR is smaller than the leaf.</summary>
    BarSize,

    /// <summary>The VMM aligns nothing: the mmap landed where the kernel had room.</summary>
    VmmAlignment,

    /// <summary>Virtual and physical address differ modulo the leaf.</summary>
    Congruence,

    /// <summary>Device address and physical address differ modulo the leaf.</summary>
    IovaCongruence,

    /// <summary>The VMM traps the pages of the MSI-X table, so they are not mapped for the device.</summary>
    Msix,

    /// <summary>A part that the driver does not let anybody mmap.</summary>
    SparseHole,

    /// <summary>mprotect or another change split the area.</summary>
    Split,

    /// <summary>The leaf would reach across the end of the BAR.</summary>
    Tail,
}
