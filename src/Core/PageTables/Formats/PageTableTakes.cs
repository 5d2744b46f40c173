namespace Fast.PageTables;

/// <summary>Unmapping for whoever has to give back what was mapped: frames are told on their way out of the table, so nothing is read twice.</summary>
public static class PageTableTakes
{
    /// <summary>
    /// Removes translations from the cursor's position on and tells where they led, as runs that are contiguous in both addresses. Each leaf is looked at once. The order
    /// counts: take runs, flush the walkers' caches, and only then let go of their frames.
    /// </summary>
    /// <remarks>
    /// Last tables that are taken whole are freed; tables above them stay, empty. <see cref="PageTableChanges.TryDiscard"/> of the range frees those when everything is
    /// taken, without reading them.
    /// </remarks>
    /// <param name="table">The table.</param>
    /// <param name="cursor">Where to go on; it moves. Its range may not cut a leaf.</param>
    /// <param name="runs">Where runs go; at least one must fit. They allow nothing: what is gone has no permissions. 1024 runs are enough for last tables to be taken whole.</param>
    /// <returns>Runs written; what they say is removed, and nothing else. The cursor's range is done when <see cref="RunCursor.IsAtEnd"/> says so.</returns>
    /// <exception cref="ArgumentException"><paramref name="runs"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">The range is not aligned to the smallest leaf, or cuts the leaf at ….</exception>
    public static int TakeRuns<TFormat>(this PageTable<TFormat> table, ref RunCursor cursor, Span<Run> runs)
        where TFormat : struct, IMapFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (runs.IsEmpty) throw new ArgumentException("no room for a single run", nameof(runs));
        if (cursor.IsAtEnd) return 0;
        var range = IovaRange.Inclusive(cursor.Position, cursor.Last);
        var smallest = (1UL << TFormat.Facts.Levels[0].Shift) - 1;
        if ((range.Start.Value & smallest) != 0 || (range.Last.Value & smallest) != smallest) throw new InvalidOperationException($"cannot take {range}: {MapStatus.Misaligned}");
        if (PageTableChanges.CutLeaf(table, range) is { } cut) throw new InvalidOperationException($"cannot take {range}: it cuts the leaf at {cut}");
        var request = new ChangeRequest { Arena = table.Arena, Input = 0, Last = 0, Uncounted = true, Runs = runs };
        using var change = table.Invalidation.Begin();
        while (!cursor.IsAtEnd)
        {
            if (TFormat.Facts.TryClip(cursor.Position, cursor.Last, out var first, out var last))
            {
                (request.Input, request.Last) = (first, last);
                if (!TFormat.Visit<TakeLeaves>(ref request, table.RootWord))
                {
                    cursor.StopAt(request.Next);
                    break;
                }

                request.IsRunOpen = false;
            }

            cursor.MoveBehind(last);
        }

        cursor.LeavesRead.Add(request.Leaves);
        return request.Count;
    }
}
