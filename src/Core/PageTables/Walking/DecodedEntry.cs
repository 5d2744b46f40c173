namespace Fast.PageTables;

/// <summary>What one entry is.</summary>
public enum EntryKind
{
    /// <summary>Not present.</summary>
    NotPresent,

    /// <summary>Present, but refused.</summary>
    Fault,

    /// <summary>A leaf.</summary>
    Leaf,

    /// <summary>A pointer to a table.</summary>
    Table,
}

/// <summary>One entry, decoded.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Fault">Why it is refused, when it is.</param>
/// <param name="Address">Output address of the item: of the leaf's first byte that this item maps, or of the table.</param>
/// <param name="Size">Size of the whole leaf, which may take several items.</param>
/// <param name="ChildLevel">Level of the table it points to.</param>
public readonly record struct DecodedEntry(EntryKind Kind, WalkStatus Fault, PhysicalAddress Address, PageSize Size, int ChildLevel);
