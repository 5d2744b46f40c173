namespace Fast.PageTables;

/// <summary>Where a walk ended, and why there.</summary>
public enum WalkStatus
{
    /// <summary>At a leaf: there is a translation.</summary>
    Leaf,

    /// <summary>At an entry that is not present.</summary>
    NotPresent,

    /// <summary>At an entry with a bit set that must be zero (x86: RSVD page fault).</summary>
    Reserved,

    /// <summary>Before the first table: the input address is not one of the format's.</summary>
    BadInput,

    /// <summary>At an entry whose table is not backed by the memory that is walked.</summary>
    NotBacked,

    /// <summary>At an entry that hardware reports as a misconfiguration, whatever the access (EPT).</summary>
    Misconfigured,

    /// <summary>At an entry that user accesses may not pass, where every access is one (NPT).</summary>
    UserDenied,

    /// <summary>
    /// At an entry that allows nothing at all (AMD IOMMU: IR = IW = 0); in a two-stage walk also at a leaf of stage 2 that does not let a stage-1 table be read.
    /// </summary>
    NoPermission,

    /// <summary>At an entry whose kind its level does not have (Arm: translation fault).</summary>
    BadKind,

    /// <summary>At a leaf whose accessed flag is clear, where hardware does not set it (Arm).</summary>
    AccessFlag,

    /// <summary>At an entry that raises the format's one fault for everything irregular (RISC-V: page fault).</summary>
    PageFault,

    /// <summary>At a leaf whose size field says what it may not (AMD IOMMU).</summary>
    BadSize,

    /// <summary>At an entry that points to a level which is not lower (AMD IOMMU).</summary>
    BadLevel,

    /// <summary>At an entry that skips levels for which the input address has index bits (AMD IOMMU).</summary>
    LevelSkipped,

    /// <summary>At an entry that is invalid by intent: reads give zero, writes are dropped (NVIDIA).</summary>
    Sparse,

    /// <summary>At an entry that says the smaller pages below are not valid (NVIDIA).</summary>
    NoSmallPages,

    /// <summary>At an entry that maps nowhere by intent: accesses go back to the unit that made them (NVIDIA).</summary>
    MapsNowhere,
}
