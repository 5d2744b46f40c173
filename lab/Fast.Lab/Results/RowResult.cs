using System.Collections.Immutable;

namespace Fast.Lab;

/// <summary>How a row ended.</summary>
internal enum RowStatus
{
    /// <summary>All counters are the same.</summary>
    Agrees,

    /// <summary>Some are not.</summary>
    Differs,

    /// <summary>The guest or the model failed.</summary>
    Failed,

    /// <summary>The kernel could not be had.</summary>
    NoKernel,
}

/// <summary>One case on one kernel.</summary>
/// <param name="Kernel">The release.</param>
/// <param name="Row">The case.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Problem">Why, when it did not agree.</param>
/// <param name="Compared">The counters that were compared.</param>
/// <param name="Instructions">What kernel and fast path took, where both were timed.</param>
internal sealed record RowResult(string Kernel, LabRow Row, RowStatus Status, string? Problem, ImmutableArray<ComparedCounter> Compared, InstructionCounts? Instructions)
{
    /// <summary>The counters that differ.</summary>
    public IEnumerable<ComparedCounter> Different => Compared.Where(counter => !counter.IsEqual);

    /// <summary>A row that was not compared.</summary>
    public static RowResult Without(string kernel, LabRow row, RowStatus status, string problem) => new(kernel, row, status, problem, [], null);

    /// <summary>A row that was.</summary>
    public static RowResult Of(string kernel, LabRow row, RowCounts real, RowCounts model, InstructionCounts? instructions)
    {
        var compared = Difference.Of(real, model);
        var missing = Difference.MissingEssentials(real);
        var different = compared.Where(counter => !counter.IsEqual).Select(counter => $"{counter.Request}.{counter.Counter}: kernel {counter.Kernel}, model {counter.Model}").ToList();
        if (!missing.IsEmpty) return new RowResult(kernel, row, RowStatus.Failed, $"not countable: {string.Join(", ", missing)}", compared, instructions);
        return new RowResult(kernel, row, different.Count == 0 ? RowStatus.Agrees : RowStatus.Differs, different.Count == 0 ? null : string.Join("; ", different), compared, instructions);
    }
}

/// <summary>Guest instructions of the kernel's map and unmap, and of the fast path doing the same table work in the same guest.</summary>
/// <param name="MapFirst">MAP_DMA of a fresh mmap.</param>
/// <param name="MapAgain">MAP_DMA again.</param>
/// <param name="Unmap">UNMAP_DMA.</param>
/// <param name="FastMap">The fast path's map, of a filled process table.</param>
/// <param name="FastUnmap">The fast path's unmap.</param>
/// <param name="Leaves">Leaves of the process's table in the range.</param>
internal sealed record InstructionCounts(long MapFirst, long MapAgain, long Unmap, long FastMap, long FastUnmap, long Leaves)
{
    /// <summary>How many times as many the kernel takes for a map of a filled table and its unmap.</summary>
    public double Ratio => (MapAgain + Unmap) / (double)Math.Max(1, FastMap + FastUnmap);
}
