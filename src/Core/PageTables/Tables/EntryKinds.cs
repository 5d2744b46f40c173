namespace Fast.PageTables;

/// <summary>How several items say that they are one translation.</summary>
public enum ContiguityKind
{
    /// <summary>A bit in each item; each item has its own output address (Arm).</summary>
    HintBit,

    /// <summary>The same word in each item, the size as a run of ones in its address (AMD IOMMU).</summary>
    OnesRunInAddress,

    /// <summary>The same word in each item, the size as the lowest set bit of its address, and a flag (RISC-V Svnapot).</summary>
    OneHotInAddress,
}

/// <summary>Kinds of present entries.</summary>
[Flags]
public enum EntryKinds
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>An entry that yields an output address.</summary>
    Leaf = 1,

    /// <summary>An entry that points to a table.</summary>
    Table = 2,

    /// <summary>Both.</summary>
    Any = 3,
}
