namespace Fast.PageTables;

/// <summary>One pass of a vector scanner over whole steps of 64 items, with room for every run that may begin there.</summary>
internal interface IBreakSteps
{
    /// <summary>Scans items [<paramref name="start"/>, <paramref name="end"/>), a multiple of 64 and at most <see cref="BreakList.Capacity"/>.</summary>
    static abstract void Scan<TLevel>(ref ulong table, nuint start, nuint end, in ScanContext context, ref RunWriter writer)
        where TLevel : struct, ILastLevel;
}

/// <summary>What the vector scanners share: passes while steps and room last, then one item at a time.</summary>
internal static class BreakScan
{
    /// <summary>Scans items [<paramref name="index"/>, <paramref name="end"/>); returns the item at which the writer was full, or the end.</summary>
    public static nuint Scan<TSteps, TLevel>(ref ulong table, nuint index, nuint end, in ScanContext context, ref RunWriter writer)
        where TSteps : struct, IBreakSteps
        where TLevel : struct, ILastLevel
    {
        while (end - index >= 64)
        {
            // Whole steps of 64 items, as many as can be noted at once.
            var count = nuint.Min(end - index, BreakList.Capacity) & ~(nuint)63;
            if (writer.Room < (int)count) break;
            TSteps.Scan<TLevel>(ref table, index, index + count, context, ref writer);
            index += count;
        }

        return index == end
            ? end
            : RunScannerScalar.Scan<TLevel>(ref table, index, end, context.Input, context.AllowAbove, context.DenyAbove, ref writer);
    }
}
