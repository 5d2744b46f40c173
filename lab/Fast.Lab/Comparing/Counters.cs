using System.Text.Json;

namespace Fast.Lab;

/// <summary>Counters of a map, in the words of <c>fast map</c>; <see langword="null"/> where nobody can count it.</summary>
internal sealed record MapCounts(long? VaddrGetPfns, long? GupAttempts, long? Lookups, long? Faults, long? HugeFaultCalls, long? Chunks, long? IommuMapCalls)
{
    /// <summary>Reads them from a document.</summary>
    public static MapCounts Read(JsonElement counters) => new(
        Number(counters, "vaddrGetPfns"), Number(counters, "gupAttempts"), Number(counters, "lookups"), Number(counters, "faults"),
        Number(counters, "hugeFaultCalls"), Number(counters, "chunks"), Number(counters, "iommuMapCalls"));

    /// <summary>A number of a document, or <see langword="null"/>.</summary>
    public static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}

/// <summary>Counters of an unmap.</summary>
internal sealed record UnmapCounts(long? IovaToPhys, long? IommuUnmapCalls)
{
    /// <summary>Reads them from a document.</summary>
    public static UnmapCounts Read(JsonElement counters) =>
        new(MapCounts.Number(counters, "iovaToPhys"), MapCounts.Number(counters, "iommuUnmapCalls"));
}

/// <summary>A map and its unmap, twice: first and again.</summary>
/// <param name="MapFirst">The first map.</param>
/// <param name="UnmapFirst">Its unmap.</param>
/// <param name="MapAgain">The second map.</param>
/// <param name="UnmapAgain">Its unmap.</param>
/// <param name="PageTableBytes">Bytes of the process's tables below the root's two upper levels that the first map made; <see langword="null"/> where it does not count.</param>
internal sealed record RowCounts(MapCounts MapFirst, UnmapCounts UnmapFirst, MapCounts MapAgain, UnmapCounts UnmapAgain, long? PageTableBytes);
