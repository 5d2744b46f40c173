namespace Fast.PageTables;

/// <summary>Changing the size of leaves that are in use. No translation changes, and nothing that hardware notes meanwhile is lost.</summary>
public static class PageTableShapes
{
    /// <summary>
    /// Makes smaller leaves of the one at <paramref name="at"/>: a table of next smaller leaves, or of a leaf of several items its single items. Permissions, fields,
    /// use and software's bits are copied; each entry is published in one exchange, once what it points to is written.
    /// </summary>
    /// <remarks>
    /// Walkers may use the old leaf until their caches are flushed; both say the same. Arm (DDI 0487, D8.16, break-before-make) allows this in place with FEAT_BBM level 2 only:
    /// elsewhere unmap, flush and map.
    /// </remarks>
    /// <param name="table">The table.</param>
    /// <param name="at">Any address of the leaf.</param>
    /// <returns>The items that were written, or why the leaf is as it was.</returns>
    public static ReshapeReport TrySplit<TFormat>(this PageTable<TFormat> table, Iova at)
        where TFormat : struct, ISplitFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!TFormat.Facts.IsInputValid(at)) return new ReshapeReport(ReshapeStatus.BadInput, at, default);
        var request = new ChangeRequest { Arena = table.Arena, Input = at.Value, Last = at.Value, Status = ReshapeStatus.NoLeaf };
        using var change = table.Invalidation.Begin();
        TFormat.Visit<SplitLeaf<TFormat>>(ref request, table.RootWord);
        return new ReshapeReport(request.Status, at, request.Leaves);
    }

    /// <summary>
    /// Makes one leaf of <paramref name="size"/> of all smaller ones around <paramref name="at"/>: they must fill the block, follow each other in output address and be
    /// equal in permissions and fields. The leaf is accessed and dirty if one of them was; software's bits stay where all have them. A table that goes is freed
    /// once its readers have left (<see cref="TableArena.EnterReader"/>).
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="at">Any address of the block.</param>
    /// <param name="size">Size of the leaf.</param>
    /// <param name="flush">
    /// Called between the exchange and the last look at the old leaves: it must not return before every walker has forgotten them. Without it, what a walker notes in
    /// the old table from then on is lost. Where no table goes it is not called. If it throws, the leaf stands and the old table is not reused: walkers may still use it.
    /// </param>
    /// <returns>The items that were merged, or why they are as they were.</returns>
    public static ReshapeReport TryCollapse<TFormat>(this PageTable<TFormat> table, Iova at, PageSize size, Action? flush = null)
        where TFormat : struct, ISplitFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var facts = TFormat.Facts;
        if (!facts.IsInputValid(at)) return new ReshapeReport(ReshapeStatus.BadInput, at, default);
        if (!facts.LeafSizes.Contains(size) || facts.Levels.Any(level => level.Contiguity.ExceptShift == size.Shift))
            return new ReshapeReport(ReshapeStatus.BadSize, at, default);
        var start = at.Value & size.PageMask;
        var request = new ChangeRequest
        {
            Arena = table.Arena,
            Input = start,
            Last = start | size.OffsetMask,
            Shift = size.Shift,
            Flush = flush,
            Status = ReshapeStatus.NoLeaf,
            FailedAt = start,
        };
        using var change = table.Invalidation.Begin();
        TFormat.Visit<CollapseLeaves<TFormat>>(ref request, table.RootWord);
        return request.Status == ReshapeStatus.Done
            ? new ReshapeReport(ReshapeStatus.Done, new Iova(start), request.Leaves)
            : new ReshapeReport(request.Status, new Iova(request.FailedAt), default);
    }
}
