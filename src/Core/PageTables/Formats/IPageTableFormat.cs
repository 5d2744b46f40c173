namespace Fast.PageTables;

/// <summary>What every declared format has. Implemented by emitted code.</summary>
public interface IPageTableFormat
{
    /// <summary>The declaration as a value.</summary>
    static abstract FormatFacts Facts { get; }
}

/// <summary>A format whose tables can be walked.</summary>
public interface IWalkFormat : IPageTableFormat
{
    /// <summary>Walks to the leaf of <paramref name="input"/> and tells in full where it ended.</summary>
    static abstract WalkResult Walk<TMemory>(in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct;

    /// <summary>Walks to the leaf of <paramref name="input"/>. Trusts the tables: no reserved-bit check.</summary>
    static abstract bool Follow<TMemory>(in TMemory memory, ulong root, Iova input, out Leaf leaf)
        where TMemory : ITableMemory, allows ref struct;

    /// <summary>The output address of <paramref name="input"/>, or <see cref="PhysicalAddress.None"/>.</summary>
    static abstract PhysicalAddress Translate<TMemory>(in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct;

    /// <summary>
    /// Finds the last table that serves <paramref name="input"/>, for a cursor. Returns <see langword="false"/> when the walk ends above it. Where an entry
    /// points to two last tables, <paramref name="table"/> is the address of that entry.
    /// </summary>
    static abstract bool FindLastTable<TMemory>(in TMemory memory, ulong root, Iova input, out ulong table)
        where TMemory : ITableMemory, allows ref struct;

    /// <summary>The output address by the last table that <see cref="FindLastTable"/> gave.</summary>
    static abstract PhysicalAddress TranslateInLastTable<TMemory>(in TMemory memory, ulong table, Iova input)
        where TMemory : ITableMemory, allows ref struct;
}

/// <summary>A format whose tables can be read as runs.</summary>
public interface IRunFormat : IWalkFormat
{
    /// <summary>
    /// Reads runs from <paramref name="input"/> to <paramref name="last"/>, both valid input addresses of one stretch. Returns
    /// <see langword="false"/> when <paramref name="writer"/> was full before <paramref name="stoppedAt"/>.
    /// </summary>
    static abstract bool ReadRuns<TScan, TMemory>(in TMemory memory, ulong root, ulong input, ulong last, ref RunWriter writer, out ulong stoppedAt)
        where TScan : struct, IRunScanner
        where TMemory : ITableMemory, allows ref struct;

    /// <summary>Translates a batch; holes give <see cref="PhysicalAddress.None"/>. Returns how many have a translation.</summary>
    static abstract int TranslateBatch<TMemory>(in TMemory memory, ulong root, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)
        where TMemory : ITableMemory, allows ref struct;
}

/// <summary>A format whose tables can be changed.</summary>
public interface IMapFormat : IWalkFormat
{
    /// <summary>
    /// Makes the root reach <paramref name="last"/> where it can grow; nothing to do for other formats. Root word and level change in one exchange.
    /// </summary>
    static abstract MapStatus GrowRoot(TableArena arena, ref ulong root, ulong last);

    /// <summary>Writes leaves for the request; on failure some may stand, which <see cref="PageTable{TFormat}"/> takes back.</summary>
    static abstract MapStatus MapRange(ref MapRequest request, ulong root);

    /// <summary>Removes the leaves of the request.</summary>
    static abstract void UnmapRange(ref UnmapRequest request, ulong root);

    /// <summary>Frees every table under <paramref name="root"/>, the root included.</summary>
    static abstract void FreeTables(TableArena arena, ulong root);
}
