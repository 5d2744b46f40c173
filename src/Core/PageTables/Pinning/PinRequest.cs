using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>A pin on its way: read here, write there, how far it got. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct PinRequest
{
    /// <summary>Where the source's tables are.</summary>
    public required ArenaMemory Source;

    /// <summary>The source's root.</summary>
    public required ulong SourceRoot;

    /// <summary>Next source address; it moves.</summary>
    public required ulong Input;

    /// <summary>Last source address, inclusive.</summary>
    public required ulong Last;

    /// <summary>Where the destination's tables come from.</summary>
    public required TableArena DestinationArena;

    /// <summary>The destination's root.</summary>
    public required ulong DestinationRoot;

    /// <summary>The destination's invalidation protocol.</summary>
    public required Invalidation Invalidation;

    /// <summary>Destination input address minus source input address.</summary>
    public required ulong Shift;

    /// <summary>What the source must allow and the destination will.</summary>
    public required Permissions Permissions;

    /// <summary>Room for runs between the two.</summary>
    public required Span<Run> Batch;

    /// <summary>Leaves read.</summary>
    public LeafCounts LeavesRead;

    /// <summary>Leaves written.</summary>
    public LeafCounts LeavesWritten;

    /// <summary>Runs mapped.</summary>
    public ulong Runs;

    /// <summary>Why the destination refused.</summary>
    public MapStatus Map;

    /// <summary>How far a run that failed was written before it failed; to be taken back.</summary>
    public IovaRange? HalfWritten;

    /// <summary>The map request of a run.</summary>
    public readonly MapRequest MapOf(in Run run)
    {
        var input = unchecked(run.Start.Value + Shift);
        return new MapRequest
        {
            Arena = DestinationArena,
            Invalidation = Invalidation,
            Input = input,
            Last = unchecked(run.Last.Value + Shift),
            Delta = unchecked((run.Pfn.Value << Pfn.Shift) - input),
            Permissions = Permissions,
            LargestShift = 63,
        };
    }

    /// <summary>Notes that a run stands; whether it was the last.</summary>
    public bool Took(in Run run, in LeafCounts written)
    {
        Runs++;
        LeavesWritten.Add(written);
        var last = run.Last.Value;
        if (last == Last) return true;
        Input = last + 1;
        return false;
    }

    /// <summary>Notes why a run could not be written.</summary>
    public PinStatus Failed(MapStatus status, in MapRequest map)
    {
        Map = status;
        if (map.FailedAt > map.Input && status is MapStatus.AlreadyMapped or MapStatus.OutOfTables)
            HalfWritten = IovaRange.Inclusive(new Iova(map.Input), new Iova(map.FailedAt - 1));
        return PinStatus.MapFailed;
    }
}
