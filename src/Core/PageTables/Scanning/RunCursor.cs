namespace Fast.PageTables;

/// <summary>A place in a range that is read piece by piece; it survives between calls, so a caller's buffer may be as small as one run.</summary>
public struct RunCursor
{
    /// <summary>A cursor at the start of <paramref name="range"/>.</summary>
    public RunCursor(IovaRange range) => (Position, Last) = (range.Start, range.Last);

    /// <summary>The next address to read; meaningless when <see cref="IsAtEnd"/>.</summary>
    public Iova Position { get; private set; }

    /// <summary>Last address of the range, inclusive.</summary>
    public Iova Last { get; }

    /// <summary>Whether the whole range was read. A flag, because the address after the last one of a 64-bit space does not exist.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Leaves that were read so far, by level.</summary>
    public LeafCounts LeavesRead;

    internal void StopAt(ulong position) => Position = new Iova(position);

    internal void MoveBehind(ulong last)
    {
        if (last >= Last.Value) IsAtEnd = true;
        else Position = new Iova(last + 1);
    }
}
