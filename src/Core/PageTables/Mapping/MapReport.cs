namespace Fast.PageTables;

/// <summary>What a change of a range did.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="At">The address at which it failed; meaningless when done.</param>
/// <param name="Leaves">Leaves that were written (map) or removed (unmap), by level. After a failure: none.</param>
public readonly record struct MapReport(MapStatus Status, Iova At, LeafCounts Leaves)
{
    /// <summary>Whether it was done.</summary>
    public bool IsDone => Status == MapStatus.Done;

    /// <summary>The failure in the field's words.</summary>
    public override string ToString() => Status switch
    {
        MapStatus.Done => $"done, {Leaves.Total} leaves",
        MapStatus.AlreadyMapped => $"already mapped at {At}",
        MapStatus.OutOfTables => $"no memory left for a table at {At}: the arena is full",
        MapStatus.CutsLeaf => $"the range cuts the leaf at {At}",
        MapStatus.Misaligned => $"range or frame not aligned to the smallest leaf at {At}",
        MapStatus.BadInput => $"{At} is no input address of this format",
        MapStatus.BadOutput => "the frames lie beyond the format's output address width",
        _ => "the format cannot express these permissions",
    };
}
