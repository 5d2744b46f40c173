using System.CommandLine;
using System.Globalization;
using Fast.Machines;
using Fast.Tool.CommandLine;
using Fast.Tool.Json;

namespace Fast.Tool.Log;

/// <summary><c>fast log</c>.</summary>
internal static class LogVerb
{
    /// <summary>What its help page adds.</summary>
    public const string Notes = """
        A gap between two lines of the PCI scan belongs to the config accesses between them: each that hides a large BAR and shows it
        again is a map event of the host. A gap that none explains is listed, and not counted.

        Examples:
          dmesg | fast log -                in the guest
          fast log guest-dmesg.txt --json
        """;

    private const string What = "a file with the output of 'dmesg' in the guest, or '-'";

    /// <summary>The verb.</summary>
    public static Command Create(CliStreams streams)
    {
        var file = new Argument<string>("FILE") { Description = "Output of 'dmesg' in the guest, with timestamps; '-' for standard input." };
        var json = Values.Flag("--json", $"Print one JSON document ({LogDocument.SchemaId}).");
        var quiet = Values.Flag("--quiet", "No progress on standard error.");
        var verb = new Command("log", "Where the time went in a guest's boot log: map events, time per page, and the kind of host.") { file, json, quiet };
        verb.SetAction(async (parse, cancellation) =>
        {
            var path = parse.GetValue(file)!;
            var text = await TextInput.ReadAsync("log", What, path, streams.In, cancellation);
            var log = GuestLog.Read(text, path == TextInput.StandardInput ? "standard input" : path);
            if (log.Error is { } error) throw new InputException($"log: {error.Message}");
            var document = LogDocument.Of(LogAnalysis.Of(log, Knowledge.Default));
            if (parse.GetValue(json)) JsonPrinter.Print(document, ToolJson.Default.LogDocument, streams.Out);
            else Write(document, new Page(streams));
            return (int)ExitCode.Done;
        });
        return verb;
    }

    private static void Write(LogDocument document, Page page)
    {
        if (document.Events == 0)
        {
            page.Strong($"{document.Source}: no gap of {GuestLog.SlowSeconds.ToString(CultureInfo.InvariantCulture)} s or more in the PCI scan; no map event took time in this log.");
        }
        else
        {
            page.Strong($"{document.Source}: {Numbers.Count(document.Events, "map event")} in {Seconds(document.Seconds)}{PerPage(document)}.");
            if (document.Host is { } host) page.Strong($"This looks like {host}.");
            page.Line(document.BatchedSizing ? "The guest sizes all BARs of a function in one go (Linux 6.14 and newer)." : "The guest sizes BARs one by one (Linux before 6.14).");
            if (document.Extrapolated is { } more)
                page.Line($"{Numbers.Count(more.MissingDevices, "device")} behind slow bridges {(more.MissingDevices == 1 ? "is" : "are")} not in the log; with {(more.MissingDevices == 1 ? "it" : "them")} as with those that are: {Numbers.Count(more.Events, "event")} in {Seconds(more.Seconds)}.");
        }

        foreach (var function in document.Functions)
        {
            page.Heading($"{function.Address}, {function.Kind}{(function.Bytes > 0 ? ", " + Numbers.Bytes(function.Bytes) : "")}: {Numbers.Count(function.Events, "event")}, {Seconds(function.Seconds)}");
            page.Rows(["before line", "", "events", "time"], function.Gaps.Select(gap => (IReadOnlyList<string>)[gap.Line.ToString(CultureInfo.InvariantCulture), gap.Cause!, Numbers.Count(gap.Events), Seconds(gap.Seconds)]), textColumns: 2);
        }

        if (document.Unexplained.Length > 0)
        {
            page.Heading("Slow, and not explained by the PCI scan");
            page.Rows(["before line", "", "time"], document.Unexplained.Select(gap => (IReadOnlyList<string>)[gap.Line.ToString(CultureInfo.InvariantCulture), gap.Text, Seconds(gap.Seconds)]), textColumns: 2);
        }

        if (document.Problems.IsEmpty) return;
        page.Heading("BARs without a place in the guest: it needs a larger window or more bits of physical addresses ('fast fit' on this log says which)");
        foreach (var problem in document.Problems) page.Line(problem);
    }

    private static string PerPage(LogDocument document) => document.NanosecondsPerPage is { } each
        ? string.Create(CultureInfo.InvariantCulture, $", {each.Low:0} to {each.High:0} ns for each page of 4K")
        : "";

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0##} s");
}
