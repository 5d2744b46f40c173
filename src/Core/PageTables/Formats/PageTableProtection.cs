namespace Fast.PageTables;

/// <summary>Changing what leaves allow.</summary>
public static class PageTableProtection
{
    /// <summary>
    /// Gives every leaf of <paramref name="range"/> other permissions, in place; holes are fine. What hardware noted in the leaves, memory types and software's
    /// bits stay. Leaves that lose a right are not safe from its use before the caller has flushed the walkers' caches.
    /// </summary>
    /// <remarks>
    /// Arm (DDI 0487, D8.5.4): where a clean leaf is one that refuses writing, clean is not "not writable". A leaf that becomes writable is dirty from then on, and one
    /// that is dirty when it becomes read-only is still harvested as dirty.
    /// </remarks>
    /// <param name="table">The table.</param>
    /// <param name="range">Input addresses; multiples of the smallest leaf. It may not cut a leaf.</param>
    /// <param name="permissions">What the leaves shall allow.</param>
    /// <returns>How many items were changed, by level, or why none was.</returns>
    public static MapReport TryProtect<TFormat>(this PageTable<TFormat> table, IovaRange range, Permissions permissions)
        where TFormat : struct, IProtectFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (RangeChecks.Problem(TFormat.Facts, range) is { } bad) return new MapReport(bad, range.Start, default);
        if (!TFormat.TryEncode(permissions, out var bits)) return new MapReport(MapStatus.BadPermissions, range.Start, default);
        if (PageTableChanges.CutLeaf(table, range) is { } cut) return new MapReport(MapStatus.CutsLeaf, cut, default);
        var request = new ChangeRequest { Arena = table.Arena, Input = range.Start.Value, Last = range.Last.Value, Bits = bits };
        using var change = table.Invalidation.Begin();
        TFormat.Visit<ProtectLeaves<TFormat>>(ref request, table.RootWord);
        return new MapReport(MapStatus.Done, range.Start, request.Leaves);
    }

    /// <summary>Gives every leaf of a range other permissions or throws.</summary>
    /// <exception cref="InvalidOperationException">Why it cannot be: the range cuts the leaf at …, the format cannot express these permissions, not aligned.</exception>
    /// <inheritdoc cref="TryProtect"/>
    public static LeafCounts Protect<TFormat>(this PageTable<TFormat> table, IovaRange range, Permissions permissions)
        where TFormat : struct, IProtectFormat
    {
        var report = table.TryProtect(range, permissions);
        return report.IsDone ? report.Leaves : throw new InvalidOperationException($"cannot protect {range}: {report}");
    }
}
