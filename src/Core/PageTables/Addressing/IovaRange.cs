namespace Fast.PageTables;

/// <summary>
/// A non-empty range of input addresses, kept as first and last byte so that the last page of a 64-bit space is an ordinary range.
/// </summary>
public readonly record struct IovaRange
{
    private IovaRange(Iova start, Iova last) => (Start, Last) = (start, last);

    /// <summary>First byte.</summary>
    public Iova Start { get; }

    /// <summary>Last byte, inclusive.</summary>
    public Iova Last { get; }

    /// <summary>Number of 4 KiB pages that the range touches.</summary>
    public ulong Pages => (Last.Value >> Pfn.Shift) - (Start.Value >> Pfn.Shift) + 1;

    /// <summary>Length in bytes; 0 stands for the whole of 2^64.</summary>
    public ulong Bytes => unchecked(Last.Value - Start.Value + 1);

    /// <summary>The range of <paramref name="bytes"/> bytes at <paramref name="start"/>.</summary>
    /// <exception cref="ArgumentException">The range is empty or wraps at 2^64.</exception>
    public static IovaRange Of(Iova start, ulong bytes)
    {
        if (bytes == 0) throw new ArgumentException($"range at {start} is empty", nameof(bytes));
        var last = unchecked(start.Value + (bytes - 1));
        if (last < start.Value) throw new ArgumentException($"range of {BinarySize.Format(bytes)} at {start} wraps at 2^64", nameof(bytes));
        return new IovaRange(start, new Iova(last));
    }

    /// <summary>The range from <paramref name="start"/> to <paramref name="last"/>, both inclusive.</summary>
    /// <exception cref="ArgumentException"><paramref name="last"/> lies before <paramref name="start"/>.</exception>
    public static IovaRange Inclusive(Iova start, Iova last) =>
        last < start ? throw new ArgumentException($"range ends at {last}, before its start {start}", nameof(last)) : new IovaRange(start, last);

    /// <summary>Whether <paramref name="iova"/> lies inside.</summary>
    public bool Contains(Iova iova) => iova >= Start && iova <= Last;

    /// <summary>Whether both ends are bounds of pages of <paramref name="size"/>.</summary>
    public bool IsAlignedTo(PageSize size) => ((Start.Value | unchecked(Last.Value + 1)) & size.OffsetMask) == 0;

    /// <summary>First and last byte in hexadecimal.</summary>
    public override string ToString() => $"[{Start}, {Last}]";
}
