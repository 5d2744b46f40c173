namespace Fast.PageTables;

/// <summary>How a split or a collapse ended. Anything but <see cref="Done"/> means that no leaf has changed its size.</summary>
public enum ReshapeStatus
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no leaf at the address; for a collapse, not everywhere in the block.</summary>
    NoLeaf,

    /// <summary>Split: the format has no smaller leaf than the one at the address.</summary>
    AlreadySmallest,

    /// <summary>Collapse: the leaf at the address is as large already, or larger.</summary>
    AlreadyLarge,

    /// <summary>Split: the arena has no room for the table.</summary>
    OutOfTables,

    /// <summary>The address is no input address of the format.</summary>
    BadInput,

    /// <summary>Collapse: the format has no leaf of that size.</summary>
    BadSize,

    /// <summary>Collapse: part of the block is mapped by tables below the ones that would go: collapse those first.</summary>
    HoldsTables,

    /// <summary>Collapse: the output addresses do not follow each other.</summary>
    NotContiguous,

    /// <summary>Collapse: the output addresses follow each other, but the first is not a multiple of the size.</summary>
    Misaligned,

    /// <summary>Collapse: the leaves differ in permissions or in another field, software bits and use excepted.</summary>
    Different,
}

/// <summary>What a split or a collapse did.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="At">Where: the block's first address, or the first one that stands in the way.</param>
/// <param name="Leaves">Items of leaves by level: written by a split, merged by a collapse. After a failure: none.</param>
public readonly record struct ReshapeReport(ReshapeStatus Status, Iova At, LeafCounts Leaves)
{
    /// <summary>Whether it was done.</summary>
    public bool IsDone => Status == ReshapeStatus.Done;

    /// <summary>The outcome in the field's words.</summary>
    public override string ToString() => Status switch
    {
        ReshapeStatus.Done => $"done, {Leaves.Total} items",
        ReshapeStatus.NoLeaf => $"no leaf at {At}",
        ReshapeStatus.AlreadySmallest => $"the leaf at {At} is of the smallest size",
        ReshapeStatus.AlreadyLarge => $"the leaf at {At} is as large already",
        ReshapeStatus.OutOfTables => $"no memory left for a table at {At}: the arena is full",
        ReshapeStatus.BadInput => $"{At} is no input address of this format",
        ReshapeStatus.BadSize => "the format has no leaf of this size",
        ReshapeStatus.HoldsTables => $"smaller tables stand at {At}: collapse them first",
        ReshapeStatus.NotContiguous => $"the output address at {At} does not follow the one before",
        ReshapeStatus.Misaligned => $"the output address at {At} is not a multiple of the size",
        _ => $"the leaf at {At} differs from the first in permissions or a field",
    };
}
