namespace Fast.PageTables;

/// <summary>One pass of a vector scanner over whole steps of 64 items.</summary>
internal interface IBreakSteps
{
    /// <summary>Scans items [<paramref name="start"/>, <paramref name="end"/>), a multiple of 64 and at most <see cref="BreakMasks.Items"/>.</summary>
    /// <returns><see langword="false"/> when the runs do not fit; nothing was done then.</returns>
    static abstract bool Scan<TLevel>(ref ulong table, nuint start, nuint end, in ScanContext context, ref RunWriter writer)
        where TLevel : struct, ILastLevel;
}

/// <summary>What the vector scanners share: passes while steps and room last, then one item at a time.</summary>
internal static class BreakScan
{
    // Runs in a buffer from which on the last 63 are not worth a scan one by one.
    private const int SealedFrom = 512;

    /// <summary>Scans items [<paramref name="index"/>, <paramref name="end"/>); returns the item at which the writer was full, or the end.</summary>
    public static nuint Scan<TSteps, TLevel>(ref ulong table, nuint index, nuint end, in ScanContext context, ref RunWriter writer)
        where TSteps : struct, IBreakSteps
        where TLevel : struct, ILastLevel
    {
        while (end - index >= 64)
        {
            // Whole steps of 64 items, as many as have masks; where their runs do not fit, as many as fit should each item be a run.
            var count = nuint.Min(end - index, BreakMasks.Items) & ~(nuint)63;
            if (!TSteps.Scan<TLevel>(ref table, index, index + count, context, ref writer))
            {
                count = nuint.Min(count, (nuint)writer.Room) & ~(nuint)63;
                if (count == 0) break;
                TSteps.Scan<TLevel>(ref table, index, index + count, context, ref writer);
            }

            index += count;
        }

        if (index == end) return end;
        // Without room for 64 runs a large buffer counts as full: filling it to the last record one by one would cost more than the next call.
        if (end - index >= 64 && writer.Count >= SealedFrom) writer.Seal();
        return RunScannerScalar.Scan<TLevel>(ref table, index, end, context.Input, context.AllowAbove, context.DenyAbove, ref writer);
    }
}
