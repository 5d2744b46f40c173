namespace Fast.Linux;

/// <summary>Flags of an area (<c>vm_flags</c>), as far as they matter here.</summary>
[Flags]
public enum AreaFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>VM_READ.</summary>
    Read = 1 << 0,

    /// <summary>VM_WRITE.</summary>
    Write = 1 << 1,

    /// <summary>VM_SHARED: what is written reaches the device. A BAR cannot be mapped otherwise.</summary>
    Shared = 1 << 2,

    /// <summary>VM_IO.</summary>
    Io = 1 << 3,

    /// <summary>VM_PFNMAP: raw frames, no struct page counted.</summary>
    Pfnmap = 1 << 4,

    /// <summary>VM_HUGEPAGE: <c>madvise(MADV_HUGEPAGE)</c>.</summary>
    HugePageAdvised = 1 << 5,

    /// <summary>VM_NOHUGEPAGE: <c>madvise(MADV_NOHUGEPAGE)</c>.</summary>
    NoHugePage = 1 << 6,
}
