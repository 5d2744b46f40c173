using System.Collections.Immutable;
using System.Text.Json;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>A point of <c>fast measure --json</c> from a guest, as far as it is compared.</summary>
/// <param name="Counts">Counters.</param>
/// <param name="VaSkew">Where the mmap came to be; <see langword="null"/> for memory.</param>
/// <param name="Instructions">What kernel and fast path took; <see langword="null"/> for memory.</param>
/// <param name="Frames">The frames behind memory.</param>
internal sealed record GuestMeasurement(RowCounts Counts, ulong? VaSkew, InstructionCounts? Instructions, ImmutableArray<RamStretch> Frames)
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public static ImmutableArray<GuestMeasurement> ReadAll(JobResult job)
    {
        if (job.ExitCode != 0) throw new LabException($"'fast measure' ended with {job.ExitCode} in the guest: {job.Errors.ReplaceLineEndings(" ")}");
        try
        {
            using var document = JsonDocument.Parse(job.Output);
            return [.. document.RootElement.GetProperty("points").EnumerateArray().Select(Read)];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new LabException($"'{job.Name}' is not a document of fast measure: {exception.Message}");
        }
    }

    private static GuestMeasurement Read(JsonElement point)
    {
        var (first, again, unmapFirst, unmapAgain) = (point.GetProperty("mapFirst"), point.GetProperty("mapAgain"), point.GetProperty("unmapFirst"), point.GetProperty("unmapAgain"));
        var isBar = point.GetProperty("bar").ValueKind != JsonValueKind.Null;
        var frames = point.GetProperty("frames") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(run => new RamStretch(new Pfn(run.GetProperty("pfn").GetUInt64()), run.GetProperty("pages").GetUInt64())).ToImmutableArray() : [];
        return new GuestMeasurement(
            new RowCounts(
                MapCounts.Read(Calls(first)), UnmapCounts.Read(Calls(unmapFirst)), MapCounts.Read(Calls(again)), UnmapCounts.Read(Calls(unmapAgain)),
                isBar ? point.GetProperty("pageTableBytes").GetInt64() : null),
            isBar ? point.GetProperty("vaSkew").GetUInt64() : null,
            point.GetProperty("fastPath") is { ValueKind: JsonValueKind.Object } fast
                ? new InstructionCounts(
                    Nanoseconds(first), Nanoseconds(again), Nanoseconds(unmapAgain),
                    fast.GetProperty("mapNanoseconds").GetInt64(), fast.GetProperty("unmapNanoseconds").GetInt64(), fast.GetProperty("leaves").GetInt64())
                : null,
            frames);
    }

    private static JsonElement Calls(JsonElement request) => request.GetProperty("calls");

    private static long Nanoseconds(JsonElement request) => request.GetProperty("nanoseconds").GetInt64();
}
