namespace Fast.PageTables;

/// <summary>How a change of a range ended. Anything but <see cref="Done"/> means that the translations are as they were.</summary>
public enum MapStatus
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>An address of the range already has a translation.</summary>
    AlreadyMapped,

    /// <summary>The arena has no room for a table.</summary>
    OutOfTables,

    /// <summary>The range would cut a leaf: only part of what the leaf maps lies inside.</summary>
    CutsLeaf,

    /// <summary>Range or frame is not a multiple of the smallest leaf.</summary>
    Misaligned,

    /// <summary>The range holds input addresses that the format does not translate.</summary>
    BadInput,

    /// <summary>The frames lie beyond the widest output address of the format.</summary>
    BadOutput,

    /// <summary>The format cannot express the permissions.</summary>
    BadPermissions,
}
