using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Reading ranges.</summary>
public static class PageTableRuns
{
    /// <summary>
    /// Reads runs from the cursor's position on. Each run is maximal within the cursor's range, whatever the size of the buffer. While another
    /// thread changes the range, take a snapshot of <see cref="PageTable{TFormat}.Invalidation"/> before and check it after.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="cursor">Where to go on; it moves.</param>
    /// <param name="runs">Where runs go; at least one must fit.</param>
    /// <returns>Runs written. The range is read to its end when <see cref="RunCursor.IsAtEnd"/> says so.</returns>
    /// <exception cref="ArgumentException"><paramref name="runs"/> is empty.</exception>
    public static int ReadRuns<TFormat>(this PageTable<TFormat> table, ref RunCursor cursor, Span<Run> runs)
        where TFormat : struct, IRunFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var written = ReadRuns<TFormat, ArenaMemory>(table.Arena.Memory, table.RootWord, table.Scan, ref cursor, runs);
        GC.KeepAlive(table.Arena);
        return written;
    }

    /// <summary>Reads runs of tables in any memory: a span, an image.</summary>
    /// <inheritdoc cref="ReadRuns{TFormat}"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int ReadRuns<TFormat, TMemory>(in TMemory memory, ulong root, ScanVariant scan, ref RunCursor cursor, Span<Run> runs)
        where TFormat : struct, IRunFormat
        where TMemory : ITableMemory, allows ref struct
    {
        if (runs.IsEmpty) throw new ArgumentException("no room for a single run", nameof(runs));
        var writer = new RunWriter(runs);
        while (!cursor.IsAtEnd)
        {
            var stop = 0UL;
            var complete = !TFormat.Facts.TryClip(cursor.Position, cursor.Last, out var first, out var last)
                || Read<TFormat, TMemory>(memory, root, scan, first, last, ref writer, out stop);
            if (!complete)
            {
                cursor.StopAt(stop);
                break;
            }

            // Between two stretches of valid addresses lies a hole.
            writer.Close();
            cursor.MoveBehind(last);
        }

        cursor.LeavesRead.Add(writer.Leaves);
        return writer.Count;
    }

    /// <summary>Translates a batch of addresses in any order. Holes give <see cref="PhysicalAddress.None"/>.</summary>
    /// <returns>How many have a translation.</returns>
    /// <exception cref="ArgumentException"><paramref name="outputs"/> is shorter than <paramref name="inputs"/>.</exception>
    public static int Translate<TFormat>(this PageTable<TFormat> table, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)
        where TFormat : struct, IRunFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        if (outputs.Length < inputs.Length) throw new ArgumentException($"{inputs.Length} addresses do not fit into {outputs.Length} results", nameof(outputs));
        var found = TFormat.TranslateBatch(table.Arena.Memory, table.RootWord, inputs, outputs);
        GC.KeepAlive(table.Arena);
        return found;
    }

    /// <summary>Counts the leaves of <paramref name="range"/> by level, reading the tables.</summary>
    public static LeafCounts CountLeaves<TFormat>(this PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IRunFormat
    {
        var cursor = new RunCursor(range);
        Span<Run> runs = stackalloc Run[16];
        while (!cursor.IsAtEnd) table.ReadRuns(ref cursor, runs);
        return cursor.LeavesRead;
    }

    /// <summary>
    /// Counts the leaves of <paramref name="range"/> by their true size, reading the tables: several items that form one leaf count once. A leaf that the range
    /// cuts counts whole.
    /// </summary>
    public static LeafSizeCounts CountLeafSizes<TFormat>(this PageTable<TFormat> table, IovaRange range)
        where TFormat : struct, IRunFormat
    {
        ArgumentNullException.ThrowIfNull(table);
        var sizes = CountLeafSizes<TFormat, ArenaMemory>(table.Arena.Memory, table.RootWord, table.Scan, range);
        GC.KeepAlive(table.Arena);
        return sizes;
    }

    /// <summary>Counts the leaves of tables in any memory: a span, an image.</summary>
    /// <inheritdoc cref="CountLeafSizes{TFormat}"/>
    public static LeafSizeCounts CountLeafSizes<TFormat, TMemory>(in TMemory memory, ulong root, ScanVariant scan, IovaRange range)
        where TFormat : struct, IRunFormat
        where TMemory : ITableMemory, allows ref struct
    {
        var sizes = default(LeafSizeCounts);
        var cursor = new RunCursor(range);
        var byLevel = HasOneSizeForEachLevel(TFormat.Facts);
        Span<Run> runs = stackalloc Run[16];
        while (!cursor.IsAtEnd)
        {
            var count = ReadRuns<TFormat, TMemory>(memory, root, scan, ref cursor, runs);
            if (byLevel) continue;
            foreach (ref readonly var run in runs[..count]) CountLeafSizes<TFormat, TMemory>(memory, root, run, ref sizes);
        }

        for (var level = 0; byLevel && level <= TFormat.Facts.TopLevel; level++)
        {
            if (cursor.LeavesRead[level] != 0) sizes.Add(new PageSize(TFormat.Facts.Levels[level].Shift), cursor.LeavesRead[level]);
        }

        return sizes;
    }

    /// <summary>Follows a run leaf by leaf. It ends at a leaf that another thread removed meanwhile.</summary>
    private static void CountLeafSizes<TFormat, TMemory>(in TMemory memory, ulong root, in Run run, ref LeafSizeCounts sizes)
        where TFormat : struct, IRunFormat
        where TMemory : ITableMemory, allows ref struct
    {
        var (at, last) = (run.Start.Value, run.Last.Value);
        while (TFormat.Follow(memory, root, new Iova(at), out var leaf))
        {
            sizes.Add(leaf.Size);
            var lastOfLeaf = at | leaf.Size.OffsetMask;
            if (lastOfLeaf >= last) return;
            at = lastOfLeaf + 1;
        }
    }

    /// <summary>Whether the level of a leaf says how large it is: then the scan has counted the sizes already.</summary>
    private static bool HasOneSizeForEachLevel(FormatFacts facts)
    {
        if (facts.IsHatched || facts.BigTable is not null) return false;
        foreach (var level in facts.Levels)
        {
            if (level.Contiguity.Exists) return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Read<TFormat, TMemory>(
        in TMemory memory, ulong root, ScanVariant scan, ulong first, ulong last, ref RunWriter writer, out ulong stop)
        where TFormat : struct, IRunFormat
        where TMemory : ITableMemory, allows ref struct
    {
        // What the format's project did not ask for is a constant false: not compiled.
        if (TFormat.WidestScan >= ScanVariant.Vector512 && scan >= ScanVariant.Vector512) return TFormat.ReadRuns<RunScannerVector512BreakMask, TMemory>(memory, root, first, last, ref writer, out stop);
        if (TFormat.WidestScan >= ScanVariant.Vector256 && scan >= ScanVariant.Vector256) return TFormat.ReadRuns<RunScannerVector256BreakMask, TMemory>(memory, root, first, last, ref writer, out stop);
        if (TFormat.WidestScan >= ScanVariant.Vector128 && scan >= ScanVariant.Vector128) return TFormat.ReadRuns<RunScannerVector128BreakMask, TMemory>(memory, root, first, last, ref writer, out stop);
        return TFormat.ReadRuns<RunScannerScalar, TMemory>(memory, root, first, last, ref writer, out stop);
    }
}
