using System.Globalization;
using Fast.Machines;
using Fast.Tool.Map;

namespace Fast.Tool.Run.Boots;

/// <summary>Draws the result of a scenario.</summary>
internal static class BootsText
{
    /// <summary>Writes it.</summary>
    public static void Write(BootsDocument document, Page page)
    {
        page.Strong(document.Title);
        if (Answer(document) is { } answer) page.Strong(answer);
        page.Heading($"map: {document.MapBasis}; unmap: {document.UnmapBasis}");
        page.Rows(
            ["boot", "devices", "events each", "BARs seen", "stage-2 faults each", "map", "unmap", "together"],
            document.Runs.Select(run => (IReadOnlyList<string>)
            [
                run.Name,
                Numbers.Count(run.Devices.Length),
                string.Join(" or ", run.Devices.Select(device => device.Events.Sum(events => events.Count)).Distinct()),
                string.Join(" or ", run.Devices.Select(device => $"{device.VisibleBars} of {device.Bars}").Distinct()),
                string.Join(" or ", run.Devices.Select(device => device.Stage2FaultsPerTouch is { } faults ? Numbers.Count((long)faults) : "-").Distinct()),
                MapText.Band(run.Map),
                MapText.Band(run.Unmap),
                Time(run),
            ]));
        page.Heading("Map events of the largest BAR of a device");
        foreach (var run in document.Runs)
        {
            var events = run.Devices.FirstOrDefault()?.Events ?? [];
            var causes = events.Length == 0 ? "none" : string.Join(" + ", events.Select(each => $"{each.Count} {each.Id}"));
            page.Line($"{run.Name}: {causes}");
        }

        if (document.Machine == BootScenario.Kvm) page.Line("Stage-2 faults: until the guest has touched all of that BAR once; after each map event they begin anew.");

        WriteObserved(document, page);
        page.Line();
        page.Line($"Source: {document.Source}");
    }

    /// <summary>The range, among boots whose guest has all BARs and whose host maps them: a BAR that is not there costs nothing.</summary>
    private static string? Answer(BootsDocument document)
    {
        var whole = document.Runs.Where(run => run.Seconds > 0 && run.Devices.All(device => device.VisibleBars == device.Bars)).OrderBy(run => run.Seconds).ToList();
        return whole.Count < 2 ? null : $"Slowest: '{whole[^1].Name}', {Time(whole[^1])}. Fastest with every BAR there and mapped: '{whole[0].Name}', {Time(whole[0])}.";
    }

    private static string Time(RunView run) => Numbers.Band(run.Seconds, run.Low, run.High);

    private static void WriteObserved(BootsDocument document, Page page)
    {
        var observed = document.Runs.Where(run => run.Observed is not null).ToList();
        if (observed.Count == 0) return;
        page.Heading("Against what was observed, in seconds");
        page.Rows(
            ["boot", "observed", "explained by timings", "assumed, counted only", "not explained"],
            observed.Select(run => (IReadOnlyList<string>)
            [
                $"{run.Name}: {run.Observed!.Text}", Digits(run.Observed.Seconds), Digits(run.Observed.Explained), Digits(run.Observed.Assumed), Digits(run.Observed.Unexplained),
            ]));
    }

    // Adding zero makes a negative zero a plain one.
    private static string Digits(double seconds) => (Math.Round(seconds, 1) + 0.0).ToString("0.0", CultureInfo.InvariantCulture);
}
