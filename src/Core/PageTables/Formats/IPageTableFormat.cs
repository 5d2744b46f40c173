namespace Fast.PageTables;

/// <summary>What every declared format has. Implemented by emitted code.</summary>
public interface IPageTableFormat
{
    /// <summary>The declaration as a value.</summary>
    static abstract FormatFacts Facts { get; }

    /// <summary>
    /// The widest scan that is compiled for the format: <c>FastPageTablesScan</c> of the project that declares it. A wider choice of the user, the machine or
    /// the AppContext switch counts as this one. <see cref="ScanVariant.Scalar"/> where entries have 4 bytes.
    /// </summary>
    static virtual ScanVariant WidestScan => ScanVariant.Vector512;
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

    /// <summary>
    /// How many pages, at most <paramref name="most"/>, follow the one at <paramref name="input"/> in the last table that <see cref="FindLastTable"/> gave and continue
    /// it. Fewer than there are is no mistake: a format that says 0 has a cursor that reads each page.
    /// </summary>
    static virtual nuint CountRunInLastTable<TMemory>(in TMemory memory, ulong table, Iova input, nuint most)
        where TMemory : ITableMemory, allows ref struct => 0;
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
public interface IMapFormat : IWalkFormat, ILeafBits
{
    /// <summary>
    /// Makes the root reach <paramref name="last"/> where it can grow; nothing to do for other formats. Root word and level change in one exchange.
    /// </summary>
    static abstract MapStatus GrowRoot(TableArena arena, ref ulong root, ulong last);

    /// <summary>Writes leaves for the request; on failure some may stand, which <see cref="PageTable{TFormat}"/> takes back.</summary>
    static abstract MapStatus MapRange(ref MapRequest request, ulong root);

    /// <summary>Visits the range of the request; every operation on a range but the map is such a visit. Returns whether it came to the end.</summary>
    static abstract bool Visit<TChange>(ref ChangeRequest request, ulong root)
        where TChange : struct, IRangeChange;

    /// <summary>The word of a leaf; of its first item where it takes several.</summary>
    /// <param name="size">Size of the leaf.</param>
    /// <param name="address">Output address, a multiple of the size.</param>
    /// <param name="permissions">What it allows.</param>
    /// <param name="raw">The word.</param>
    /// <returns><see langword="false"/> when the format has no such leaf: size, alignment, width of the address or permissions.</returns>
    static abstract bool TryEncodeLeaf(PageSize size, PhysicalAddress address, Permissions permissions, out ulong raw);

    /// <summary>What <see cref="TryEncodeLeaf"/> made a word of.</summary>
    /// <param name="size">Size of the leaf that the word is or belongs to.</param>
    /// <param name="raw">The word.</param>
    /// <param name="address">Output address of the leaf.</param>
    /// <param name="permissions">What it allows where every level above allows everything.</param>
    /// <returns><see langword="false"/> when the word is no leaf of that size. Bits that must be zero are not looked at.</returns>
    static abstract bool TryDecodeLeaf(PageSize size, ulong raw, out PhysicalAddress address, out Permissions permissions);
}

/// <summary>A format whose leaves can change their permissions in place.</summary>
public interface IProtectFormat : IMapFormat;

/// <summary>A format whose leaves can be split and collapsed.</summary>
public interface ISplitFormat : IMapFormat;

/// <summary>A format in whose leaves hardware notes that it used them. A format without such a bit has no such operation: it is not "never used".</summary>
public interface IAccessedFormat : IMapFormat;

/// <summary>A format in whose leaves hardware notes that it wrote through them. A format without such a bit has no such operation: it is not "always clean".</summary>
public interface IDirtyFormat : IMapFormat;
