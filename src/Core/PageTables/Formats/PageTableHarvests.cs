namespace Fast.PageTables;

/// <summary>
/// Reading what hardware notes in leaves. The order counts: harvest, flush the walkers' caches, and only then treat what was not reported as unused; what is written
/// between a clear and the flush may not be noted.
/// </summary>
public static class PageTableHarvests
{
    /// <summary>
    /// Collects the leaves through which hardware wrote, as maximal ranges, from the cursor's position on. A leaf counts whole, also where the cursor's range cuts it:
    /// it has one bit. A leaf of several items is dirty if any of them is.
    /// </summary>
    /// <remarks>Arm: only leaves with DBM are tracked; the engine writes DBM wherever it allows writing, so a new writable leaf begins dirty.</remarks>
    /// <param name="table">The table.</param>
    /// <param name="cursor">Where to go on; it moves.</param>
    /// <param name="dirty">Where ranges go; at least one must fit.</param>
    /// <param name="clear">Whether to make clean what is reported: one atomic operation on the bit, so nothing else that hardware notes is lost.</param>
    /// <returns>Ranges written. The cursor's range is done when <see cref="RunCursor.IsAtEnd"/> says so.</returns>
    /// <exception cref="ArgumentException"><paramref name="dirty"/> is empty.</exception>
    public static int HarvestDirty<TFormat>(this PageTable<TFormat> table, ref RunCursor cursor, Span<IovaRange> dirty, bool clear)
        where TFormat : struct, IDirtyFormat => Harvest<TFormat, DirtyUse<TFormat>>(table, ref cursor, dirty, clear);

    /// <summary>Collects the leaves that hardware used, as maximal ranges, from the cursor's position on; see <see cref="HarvestDirty"/>.</summary>
    /// <remarks>Where hardware does not set the bit itself (Arm without HA, RISC-V Svade) the next access to a leaf whose bit was cleared faults.</remarks>
    /// <param name="table">The table.</param>
    /// <param name="cursor">Where to go on; it moves.</param>
    /// <param name="accessed">Where ranges go; at least one must fit.</param>
    /// <param name="clear">Whether to clear the bit of what is reported, atomically.</param>
    /// <returns>Ranges written. The cursor's range is done when <see cref="RunCursor.IsAtEnd"/> says so.</returns>
    /// <exception cref="ArgumentException"><paramref name="accessed"/> is empty.</exception>
    public static int HarvestAccessed<TFormat>(this PageTable<TFormat> table, ref RunCursor cursor, Span<IovaRange> accessed, bool clear)
        where TFormat : struct, IAccessedFormat => Harvest<TFormat, AccessedUse<TFormat>>(table, ref cursor, accessed, clear);

    /// <summary>
    /// Removes every translation of <paramref name="range"/> and tells which pages hardware wrote. What a walker's cache still writes through afterwards is not noted
    /// any more: where that counts, write-protect, flush, and then unmap.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="range">Input addresses; multiples of the smallest leaf. It may not cut a leaf.</param>
    /// <param name="dirty">One bit per 4 KiB page of the range, from bit 0 of the first word on. Bits are set, none is cleared.</param>
    /// <returns>What was removed, or why nothing was.</returns>
    /// <exception cref="ArgumentException"><paramref name="dirty"/> has fewer bits than the range has pages.</exception>
    public static MapReport TryUnmap<TFormat>(this PageTable<TFormat> table, IovaRange range, Span<ulong> dirty)
        where TFormat : struct, IDirtyFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (range.Pages > (ulong)dirty.Length * 64) throw new ArgumentException($"{range.Pages} pages do not fit into {dirty.Length} words of 64 bits", nameof(dirty));
        if (RangeChecks.Problem(TFormat.Facts, range) is { } bad) return new MapReport(bad, range.Start, default);
        if (PageTableChanges.CutLeaf(table, range) is { } cut) return new MapReport(MapStatus.CutsLeaf, cut, default);
        var request = new ChangeRequest
        {
            Arena = table.Arena,
            Input = range.Start.Value,
            Last = range.Last.Value,
            DirtyPages = dirty,
            DirtyBits = (DirtyUse<TFormat>.Mask, DirtyUse<TFormat>.Value, DirtyUse<TFormat>.AnyOf),
            Present = TFormat.Facts.Present,
        };
        PageTableChanges.Remove(table, ref request);
        return new MapReport(MapStatus.Done, range.Start, request.Leaves);
    }

    /// <summary>For models of hardware: does to the tables what a walker does at a write, if the leaf allows writing.</summary>
    /// <returns>Whether it does: then the leaf counts as accessed and written.</returns>
    public static bool TryNoteWrite<TFormat>(this PageTable<TFormat> table, Iova input)
        where TFormat : struct, IDirtyFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        // What the tables above the leaf forbid.
        if (!table.Follow(input, out var leaf) || (leaf.Permissions & Permissions.Write) == 0) return false;
        var page = input.Value & PageSize.Size4K.PageMask;
        var request = new ChangeRequest { Arena = table.Arena, Input = page, Last = page | PageSize.Size4K.OffsetMask };
        TFormat.Visit<NoteWrite<TFormat>>(ref request, table.RootWord);
        return request.Leaves.Total != 0;
    }

    private static int Harvest<TFormat, TUse>(PageTable<TFormat> table, ref RunCursor cursor, Span<IovaRange> ranges, bool clear)
        where TFormat : struct, IMapFormat
        where TUse : struct, ILeafUse
    {
        ArgumentNullException.ThrowIfNull(table);
        if (ranges.IsEmpty) throw new ArgumentException("no room for a single range", nameof(ranges));
        var request = new ChangeRequest { Arena = table.Arena, Input = 0, Last = 0, Ranges = ranges, Clear = clear };
        while (!cursor.IsAtEnd)
        {
            if (TFormat.Facts.TryClip(cursor.Position, cursor.Last, out var first, out var last))
            {
                (request.Input, request.Last, request.Next) = (first, last, 0);
                if (!TFormat.Visit<HarvestLeaves<TUse>>(ref request, table.RootWord))
                {
                    cursor.StopAt(request.Next);
                    break;
                }
            }

            cursor.MoveBehind(last);
        }

        cursor.LeavesRead.Add(request.Leaves);
        return request.Count;
    }
}
