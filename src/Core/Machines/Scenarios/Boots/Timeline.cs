using System.Text.Json;

namespace Fast.Machines;

/// <summary>Writes a result in the Chrome trace-event form, which Perfetto opens: a process for each way to boot, a track for each function, a slice for each map and unmap.</summary>
public static class Timeline
{
    private const double MicrosecondsPerSecond = 1e6;

    /// <summary>Writes it.</summary>
    public static void Write(BootResult result, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        for (var process = 1; process <= result.Runs.Length; process++)
        {
            var run = result.Runs[process - 1];
            Name(json, "process_name", process, 0, run.Run.Name);
            var tracks = run.Timeline.Select(each => each.Function).Distinct().ToList();
            for (var track = 0; track < tracks.Count; track++) Name(json, "thread_name", process, track + 1, tracks[track]);
            foreach (var each in run.Timeline) Slice(json, process, tracks.IndexOf(each.Function) + 1, each);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, string what, int process, int track, string name)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        json.WriteString("name", what);
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", track);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Slice(Utf8JsonWriter json, int process, int track, TimedEvent each)
    {
        json.WriteStartObject();
        json.WriteString("ph", "X");
        json.WriteString("name", (each.IsMap ? "map " : "unmap ") + each.Bar);
        json.WriteString("cat", MapCauses.PhaseOf(each.Cause));
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", track);
        json.WriteNumber("ts", each.StartSeconds * MicrosecondsPerSecond);
        json.WriteNumber("dur", each.Seconds * MicrosecondsPerSecond);
        json.WriteStartObject("args");
        json.WriteString("cause", MapCauses.TextOf(each.Cause));
        json.WriteString("write", each.Write);
        json.WriteString("range", each.Range.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
