using Fast.PageTables;

namespace Fast.Host;

/// <summary>Keeps the first runs; nothing is allocated after construction.</summary>
/// <param name="most">Runs to keep.</param>
public sealed class RunList(int most) : IRunSink
{
    private readonly Run[] _runs = new Run[most];
    private int _count;

    /// <summary>The first of them.</summary>
    public ReadOnlySpan<Run> Kept => _runs.AsSpan(0, _count);

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<Run> runs)
    {
        var more = runs[..Math.Min(runs.Length, _runs.Length - _count)];
        more.CopyTo(_runs.AsSpan(_count));
        _count += more.Length;
    }
}
