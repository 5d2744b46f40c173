using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>A visit of a range on its way through the levels: what every <see cref="IRangeChange"/> reads and writes. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct ChangeRequest
{
    /// <summary>Where tables come from and go back to.</summary>
    public required TableArena Arena;

    /// <summary>First input address.</summary>
    public required ulong Input;

    /// <summary>Last input address, inclusive.</summary>
    public required ulong Last;

    /// <summary>The last table that is visited.</summary>
    internal ulong LastTable;

    /// <summary>Unmap: whether tables stay when the range covers all that they map, as Linux's zap leaves them.</summary>
    public bool KeepTables;

    /// <summary>Unmap: whether leaves of tables that the range covers whole are neither counted nor looked at.</summary>
    public bool Uncounted;

    /// <summary>Unmap: one bit per 4 KiB page of the range, set where hardware wrote; empty when nobody asks.</summary>
    public Span<ulong> DirtyPages;

    /// <summary>Unmap: how a leaf says that hardware wrote; see <see cref="UseScan"/>.</summary>
    internal (ulong Mask, ulong Value, ulong AnyOf) DirtyBits;

    /// <summary>Unmap: when an entry is present.</summary>
    internal BitMatch Present;

    /// <summary>Take: where runs go.</summary>
    internal Span<Run> Runs;

    /// <summary>Take: whether the last run may still grow.</summary>
    internal bool IsRunOpen;

    /// <summary>Protect: the bits that allow what is asked for.</summary>
    public ulong Bits;

    /// <summary>Collapse: log2 of the size in bytes that is asked for.</summary>
    public int Shift;

    /// <summary>Collapse: makes every walker forget the table that was taken out.</summary>
    public Action? Flush;

    /// <summary>Split and collapse: how it ended.</summary>
    public ReshapeStatus Status;

    /// <summary>Collapse: whether <see cref="Status"/> is final, so that the visit has nothing left to do.</summary>
    public bool Ended;

    /// <summary>Split and collapse: where it failed.</summary>
    public ulong FailedAt;

    /// <summary>Harvest: where ranges go.</summary>
    public Span<IovaRange> Ranges;

    /// <summary>Harvest: ranges written. Take: runs.</summary>
    public int Count;

    /// <summary>Harvest: whether the bits are cleared.</summary>
    public bool Clear;

    /// <summary>Harvest and take: first input address that was not looked at yet; the leaf there, if there was no room for it.</summary>
    public ulong Next;

    /// <summary>Items of the leaves that were met, by level.</summary>
    public LeafCounts Leaves;

    /// <summary>Whether the last table that is visited holds nothing, as far as the range goes: known without reading it.</summary>
    internal readonly bool IsLastEmpty => Arena.ItemsIn(LastTable) == 0;

    /// <summary>Notes why and where a split or a collapse failed; returns <see langword="false"/>.</summary>
    internal bool Fail(ReshapeStatus status, ulong at)
    {
        (Status, FailedAt, Ended) = (status, at, true);
        return false;
    }
}
