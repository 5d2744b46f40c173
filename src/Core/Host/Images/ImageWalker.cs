using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// Reads tables of one format in an image. What is read is what stands there: bits that must be zero are not looked at (<see cref="TableValidator"/> does). Tables may
/// point to themselves, to each other, to nowhere: the budget ends every walk. Nothing is allocated on the way.
/// </summary>
public abstract class ImageWalker
{
    private protected ImageWalker()
    {
    }

    /// <summary>The format.</summary>
    public abstract FormatFacts Facts { get; }

    /// <summary>The whole address space of the format.</summary>
    public IovaRange WholeRange => IovaRange.Inclusive(new Iova(0), new Iova(Facts.SignExtends || Facts.InputBits == 64 ? ulong.MaxValue : (1UL << Facts.InputBits) - 1));

    /// <summary>Reads the runs of a range.</summary>
    /// <param name="memory">The image's memory.</param>
    /// <param name="root">The root word: see <see cref="RootRegister"/>.</param>
    /// <param name="range">Input addresses.</param>
    /// <param name="budget">Tables that may be read; says afterwards whether that was enough.</param>
    /// <param name="buffer">Room for runs on their way to the sink; at least one.</param>
    /// <param name="sink">Where they go.</param>
    /// <param name="cancellation">Asked between two buffers.</param>
    public abstract void ReadRuns(in SegmentedMemory memory, ulong root, IovaRange range, ref TableBudget budget, Span<Run> buffer, IRunSink sink, CancellationToken cancellation = default);

    /// <summary>Counts the leaves of a range by size.</summary>
    /// <inheritdoc cref="ReadRuns"/>
    public abstract LeafSizeCounts CountLeafSizes(in SegmentedMemory memory, ulong root, IovaRange range, ref TableBudget budget);
}
