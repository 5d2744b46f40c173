namespace Fast.PageTables;

/// <summary>The size of a leaf: always a power of two, kept as its logarithm.</summary>
/// <param name="Shift">log2 of the size in bytes.</param>
public readonly record struct PageSize(int Shift) : IComparable<PageSize>
{
    /// <summary>4 KiB.</summary>
    public static PageSize Size4K => new(12);

    /// <summary>2 MiB.</summary>
    public static PageSize Size2M => new(21);

    /// <summary>1 GiB.</summary>
    public static PageSize Size1G => new(30);

    /// <summary>Size in bytes.</summary>
    public ulong Bytes => 1UL << Shift;

    /// <summary>Size in 4 KiB pages.</summary>
    public ulong Pages => 1UL << (Shift - Pfn.Shift);

    /// <summary><c>~(size - 1)</c>: keeps the frame bits, as Linux's <c>PUD_MASK</c> and <c>follow_pfnmap_args.addr_mask</c> do.</summary>
    public ulong PageMask => ~OffsetMask;

    /// <summary><c>size - 1</c>: keeps the bits inside the page.</summary>
    public ulong OffsetMask => Bytes - 1;

    /// <inheritdoc/>
    public int CompareTo(PageSize other) => Shift.CompareTo(other.Shift);

    /// <summary>Orders by size.</summary>
    public static bool operator <(PageSize left, PageSize right) => left.Shift < right.Shift;

    /// <summary>Orders by size.</summary>
    public static bool operator >(PageSize left, PageSize right) => left.Shift > right.Shift;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(PageSize left, PageSize right) => left.Shift <= right.Shift;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(PageSize left, PageSize right) => left.Shift >= right.Shift;

    /// <summary><c>4K</c>, <c>2M</c>, <c>1G</c>, …</summary>
    public override string ToString() => BinarySize.Format(Bytes);
}
