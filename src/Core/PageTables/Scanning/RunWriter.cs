using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

/// <summary>
/// Collects runs into a caller's buffer. The last run stays open, so that what follows contiguously extends it, across tables and leaf sizes.
/// For emitted code and scanners.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct RunWriter
{
    private Span<Run> _runs;

    /// <summary>Writes into <paramref name="runs"/>.</summary>
    public RunWriter(Span<Run> runs) => _runs = runs;

    /// <summary>Runs so far, the open one included.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the last run may still grow.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Leaves read so far, by level.</summary>
    public LeafCounts Leaves;

    /// <summary>Bytes from the table that is scanned to the one that is scanned next; a hint, of which nothing is read.</summary>
    public nint Ahead;

    /// <summary>Runs that still fit.</summary>
    public readonly int Room => _runs.Length - Count;

    /// <summary>The frame that would continue the open run.</summary>
    public readonly ulong NextPfn
    {
        get
        {
            ref readonly var open = ref _runs[Count - 1];
            return open.Pfn.Value + open.Pages;
        }
    }

    /// <summary>Permissions of the open run.</summary>
    public readonly Permissions OpenPermissions => _runs[Count - 1].Permissions;

    /// <summary>Whether pages at <paramref name="pfn"/> would continue the open run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Continues(ulong pfn, Permissions permissions) => IsOpen && NextPfn == pfn && OpenPermissions == permissions;

    /// <summary>The input address at which there was no room; meaningless before.</summary>
    public ulong StoppedAt { get; private set; }

    /// <summary>Ends the open run: a hole follows.</summary>
    public void Close() => IsOpen = false;

    /// <summary>Ends the open run at a table that is not there; returns <see langword="true"/>: what follows may be read.</summary>
    public bool Skip()
    {
        IsOpen = false;
        return true;
    }

    /// <summary>Notes where there was no room; returns <see langword="false"/>.</summary>
    public bool StopAt(ulong input)
    {
        StoppedAt = input;
        return false;
    }

    /// <summary>Takes pages that follow the last ones in input address; <see langword="false"/> when they start a run and there is no room.</summary>
    public bool TryAppend(Iova input, Pfn pfn, ulong pages, Permissions permissions)
    {
        if (Continues(pfn.Value, permissions))
        {
            Extend(pages);
            return true;
        }

        return TryStart(input, pfn, pages, permissions);
    }

    /// <summary>Makes the open run longer.</summary>
    public readonly void Extend(ulong pages) => _runs[Count - 1] = _runs[Count - 1].Extended(pages);

    /// <summary>Starts a run; <see langword="false"/> when there is no room.</summary>
    public bool TryStart(Iova input, Pfn pfn, ulong pages, Permissions permissions)
    {
        if (Count == _runs.Length) return false;
        _runs[Count++] = new Run(input, pfn, pages, permissions);
        IsOpen = true;
        return true;
    }

    /// <summary>Starts no run any more: what is left of the buffer is not worth a scan one by one. The open run still grows.</summary>
    internal void Seal() => _runs = _runs[..Count];

    /// <summary>First record that is not used yet, for scanners that checked <see cref="Room"/>.</summary>
    internal readonly ref Run Unused => ref Unsafe.Add(ref MemoryMarshal.GetReference(_runs), Count);

    /// <summary>Takes runs that a scanner wrote behind <see cref="Unused"/>.</summary>
    internal void Took(int runs, bool open, ulong leaves)
    {
        Count += runs;
        IsOpen = open;
        Leaves[0] += leaves;
    }
}
