using Fast.PageTables;

namespace Fast.Host;

/// <summary>Makes areas of runs. All are counted, the first are kept; nothing is allocated after construction.</summary>
/// <param name="most">Areas to keep.</param>
public sealed class AreaCollector(int most) : IRunSink
{
    private readonly ImageArea[] _areas = new ImageArea[most];
    private ImageArea _open;
    private bool _isOpen;

    /// <summary>Areas so far.</summary>
    public ulong Count { get; private set; }

    /// <summary>Runs so far.</summary>
    public ulong Runs { get; private set; }

    /// <summary>4 KiB pages so far.</summary>
    public ulong Pages { get; private set; }

    /// <summary>The first of them.</summary>
    public ReadOnlySpan<ImageArea> Kept
    {
        get
        {
            Keep();
            return _areas.AsSpan(0, (int)Math.Min(Count, (ulong)_areas.Length));
        }
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<Run> runs)
    {
        foreach (ref readonly var run in runs)
        {
            Runs++;
            Pages += run.Pages;
            if (_isOpen && _open.Last.Value + 1 == run.Start.Value && _open.Permissions == run.Permissions)
            {
                _open = _open with { Last = run.Last, Runs = _open.Runs + 1 };
                continue;
            }

            Keep();
            (_open, _isOpen) = (new ImageArea(run.Start, run.Last, run.Permissions, 1), true);
            Count++;
        }
    }

    private void Keep()
    {
        if (_isOpen && Count <= (ulong)_areas.Length) _areas[Count - 1] = _open;
    }
}
