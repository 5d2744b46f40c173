using System.Text.Json;

namespace Fast.Lab;

/// <summary>What the fast path took for the same table work, in the same guest.</summary>
/// <param name="Map">Instructions of the map.</param>
/// <param name="Unmap">Instructions of the unmap.</param>
/// <param name="Leaves">Leaves of the process's table that were read.</param>
internal sealed record FastPathRun(long Map, long Unmap, long Leaves)
{
    /// <summary>Reads the document of <c>fast map --path fast</c>.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public static FastPathRun Read(JobResult job)
    {
        if (job.ExitCode != 0) throw new LabException($"'fast map' ended with {job.ExitCode} in the guest: {job.Errors.ReplaceLineEndings(" ")}");
        using var document = JsonDocument.Parse(job.Output);
        var time = document.RootElement.GetProperty("time");
        // The shortest of several: the first runs compile.
        return new FastPathRun(
            time.GetProperty("mapNanosecondsMin").GetInt64(), time.GetProperty("unmapNanosecondsMin").GetInt64(),
            document.RootElement.GetProperty("map").GetProperty("leavesVisited").GetInt64());
    }
}
