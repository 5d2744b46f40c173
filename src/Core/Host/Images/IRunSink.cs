using Fast.PageTables;

namespace Fast.Host;

/// <summary>Takes the runs of a walk, in the order of their addresses. Each is maximal.</summary>
public interface IRunSink
{
    /// <summary>Takes the next runs; the span is reused afterwards.</summary>
    void Take(ReadOnlySpan<Run> runs);
}
