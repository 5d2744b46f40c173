namespace Fast.PageTables;

/// <summary>Changing ranges. An operation that fails leaves the translations as they were; empty tables may remain.</summary>
public static class PageTableChanges
{
    /// <summary>Maps <paramref name="range"/> to the frames from <paramref name="first"/> on, with the largest leaves that both addresses allow.</summary>
    /// <param name="table">The table.</param>
    /// <param name="range">Input addresses; multiples of the smallest leaf.</param>
    /// <param name="first">Frame of the first page.</param>
    /// <param name="permissions">What the leaves allow.</param>
    /// <param name="largest">Largest leaf that may be used; default: any.</param>
    /// <returns>What was written, or why nothing was.</returns>
    public static MapReport TryMap<TFormat>(this PageTable<TFormat> table, IovaRange range, Pfn first, Permissions permissions, PageSize? largest = null)
        where TFormat : struct, IMapFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var facts = TFormat.Facts;
        if (RangeChecks.Problem(facts, range) is { } bad) return new MapReport(bad, range.Start, default);
        if (!RangeChecks.FitsOutput(facts, first, range.Pages)) return new MapReport(MapStatus.BadOutput, range.Start, default);
        if (((first.Value << Pfn.Shift) & ((1UL << facts.Levels[0].Shift) - 1)) != 0) return new MapReport(MapStatus.Misaligned, range.Start, default);
        if (TFormat.GrowRoot(table.Arena, ref table.RootSlot, range.Last.Value) is var grown and not MapStatus.Done)
            return new MapReport(grown, range.Start, default);
        var request = new MapRequest
        {
            Arena = table.Arena,
            Invalidation = table.Invalidation,
            Input = range.Start.Value,
            Last = range.Last.Value,
            Delta = unchecked((first.Value << Pfn.Shift) - range.Start.Value),
            Permissions = permissions,
            LargestShift = largest?.Shift ?? 63,
        };
        var status = TFormat.MapRange(ref request, table.RootWord);
        if (status == MapStatus.Done) return new MapReport(status, range.Start, request.Leaves);
        if (request.FailedAt > range.Start.Value && status is MapStatus.AlreadyMapped or MapStatus.OutOfTables)
            TakeBack(table, range.Start.Value, request.FailedAt - 1);
        return new MapReport(status, new Iova(request.FailedAt), default);
    }

    /// <summary>Maps a range or throws.</summary>
    /// <exception cref="InvalidOperationException">Why it cannot be: already mapped at …, the arena is full, not aligned.</exception>
    /// <inheritdoc cref="TryMap"/>
    public static LeafCounts Map<TFormat>(this PageTable<TFormat> table, IovaRange range, Pfn first, Permissions permissions, PageSize? largest = null)
        where TFormat : struct, IMapFormat
    {
        var report = table.TryMap(range, first, permissions, largest);
        return report.IsDone ? report.Leaves : throw new InvalidOperationException($"cannot map {range}: {report}");
    }

    /// <summary>Removes every translation of <paramref name="range"/>; holes are fine. Tables that the range covers whole are freed.</summary>
    /// <param name="table">The table.</param>
    /// <param name="range">Input addresses; multiples of the smallest leaf. It may not cut a leaf.</param>
    /// <param name="keepTables">Leave all tables in place, empty, as Linux's zap does.</param>
    /// <returns>What was removed, or why nothing was.</returns>
    public static MapReport TryUnmap<TFormat>(this PageTable<TFormat> table, IovaRange range, bool keepTables = false)
        where TFormat : struct, IMapFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (RangeChecks.Problem(TFormat.Facts, range) is { } bad) return new MapReport(bad, range.Start, default);
        if (CutLeaf(table, range) is { } cut) return new MapReport(MapStatus.CutsLeaf, cut, default);
        var request = new ChangeRequest
        {
            Arena = table.Arena,
            Input = range.Start.Value,
            Last = range.Last.Value,
            KeepTables = keepTables,
        };
        Remove(table, ref request);
        return new MapReport(MapStatus.Done, range.Start, request.Leaves);
    }

    /// <summary>Removes every translation of a range or throws.</summary>
    /// <exception cref="InvalidOperationException">Why it cannot be.</exception>
    /// <inheritdoc cref="TryUnmap"/>
    public static LeafCounts Unmap<TFormat>(this PageTable<TFormat> table, IovaRange range, bool keepTables = false)
        where TFormat : struct, IMapFormat
    {
        var report = table.TryUnmap(range, keepTables);
        return report.IsDone ? report.Leaves : throw new InvalidOperationException($"cannot unmap {range}: {report}");
    }

    /// <summary>
    /// Removes every translation of <paramref name="range"/> without counting what it removes: tables that the range covers whole are freed unread, so that
    /// the cost follows the tables and not the leaves.
    /// </summary>
    /// <returns>Whether it was done; no leaves.</returns>
    public static MapReport TryDiscard<TFormat>(this PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IMapFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (RangeChecks.Problem(TFormat.Facts, range) is { } bad) return new MapReport(bad, range.Start, default);
        if (CutLeaf(table, range) is { } cut) return new MapReport(MapStatus.CutsLeaf, cut, default);
        var request = new ChangeRequest { Arena = table.Arena, Input = range.Start.Value, Last = range.Last.Value, Uncounted = true };
        Remove(table, ref request);
        return new MapReport(MapStatus.Done, range.Start, default);
    }

    /// <summary>Gives every table back to the arena, the root included. The page table may not be used afterwards.</summary>
    public static void Free<TFormat>(this PageTable<TFormat> table)
        where TFormat : struct, IMapFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var root = table.RootWord;
        var top = TFormat.Facts.Levels[TFormat.Facts.RootLevel(root)];
        var width = top.Shift + top.Bits;
        var request = new ChangeRequest { Arena = table.Arena, Input = 0, Last = width >= 64 ? ulong.MaxValue : (1UL << width) - 1, Uncounted = true };
        TFormat.Visit<ReleaseTables>(ref request, root);
        table.Arena.Free(TFormat.Facts.RootAddress(root), top.TableBytes);
    }

    private static void TakeBack<TFormat>(PageTable<TFormat> table, ulong input, ulong last)
        where TFormat : struct, IMapFormat
    {
        var request = new ChangeRequest { Arena = table.Arena, Input = input, Last = last };
        Remove(table, ref request);
    }

    internal static void Remove<TFormat>(PageTable<TFormat> table, ref ChangeRequest request)
        where TFormat : struct, IMapFormat
    {
        using var change = table.Invalidation.Begin();
        TFormat.Visit<UnmapLeaves>(ref request, table.RootWord);
    }

    /// <summary>An end of the range that lies within a leaf of which the range does not hold all, or <see langword="null"/>.</summary>
    internal static Iova? CutLeaf<TFormat>(PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IMapFormat
    {
        if (table.Follow(range.Start, out var first) && (range.Start.Value & first.Size.OffsetMask) != 0) return range.Start;
        if (table.Follow(range.Last, out var last) && (range.Last.Value & last.Size.OffsetMask) != last.Size.OffsetMask) return range.Last;
        return null;
    }
}
