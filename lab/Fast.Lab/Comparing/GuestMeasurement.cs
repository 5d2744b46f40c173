using System.Collections.Immutable;
using System.Text.Json;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>What <c>fast measure --json</c> said in a guest, as far as it is compared: its first point.</summary>
/// <param name="Counts">Counters; all <see langword="null"/> in a run that was timed.</param>
/// <param name="VaSkew">Where the mmap came to be; <see langword="null"/> for memory.</param>
/// <param name="MapFirst">Instructions of the first map.</param>
/// <param name="MapAgain">Instructions of the second map.</param>
/// <param name="Unmap">Instructions of the second unmap.</param>
/// <param name="Frames">The frames behind memory.</param>
internal sealed record GuestMeasurement(RowCounts Counts, ulong? VaSkew, long MapFirst, long MapAgain, long Unmap, ImmutableArray<RamStretch> Frames)
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public static GuestMeasurement Read(JobResult job)
    {
        if (job.ExitCode != 0) throw new LabException($"'fast measure' ended with {job.ExitCode} in the guest: {job.Errors.ReplaceLineEndings(" ")}");
        try
        {
            using var document = JsonDocument.Parse(job.Output);
            var point = document.RootElement.GetProperty("points")[0];
            var (first, again, unmapFirst, unmapAgain) = (point.GetProperty("mapFirst"), point.GetProperty("mapAgain"), point.GetProperty("unmapFirst"), point.GetProperty("unmapAgain"));
            var counts = new RowCounts(MapOf(first), UnmapOf(unmapFirst), MapOf(again), UnmapOf(unmapAgain), point.GetProperty("bar").ValueKind == JsonValueKind.Null ? null : point.GetProperty("pageTableBytes").GetInt64());
            var frames = point.TryGetProperty("frames", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(run => new RamStretch(new Pfn(run.GetProperty("pfn").GetUInt64()), run.GetProperty("pages").GetUInt64())).ToImmutableArray() : [];
            var skew = point.GetProperty("vaSkew");
            return new GuestMeasurement(
                counts, skew.ValueKind == JsonValueKind.Number ? skew.GetUInt64() : null,
                Nanoseconds(first), Nanoseconds(again), Nanoseconds(unmapAgain), frames);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new LabException($"'{job.Name}' is not a document of fast measure: {exception.Message}");
        }
    }

    private static long Nanoseconds(JsonElement request) => request.GetProperty("nanoseconds").GetInt64();

    private static MapCounts MapOf(JsonElement request) => request.GetProperty("calls") is { ValueKind: JsonValueKind.Object } calls ? MapCounts.Read(calls) : new(null, null, null, null, null, null, null);

    private static UnmapCounts UnmapOf(JsonElement request) => request.GetProperty("calls") is { ValueKind: JsonValueKind.Object } calls ? UnmapCounts.Read(calls) : new(null, null, null);
}
