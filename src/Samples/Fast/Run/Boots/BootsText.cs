using System.Globalization;
using Fast.Tool.Map;

namespace Fast.Tool.Run.Boots;

/// <summary>Draws the result of a scenario.</summary>
internal static class BootsText
{
    /// <summary>Writes it.</summary>
    public static void Write(BootsDocument document, Page page)
    {
        page.Strong(document.Title);
        page.Heading($"map: {document.MapBasis}; unmap: {document.UnmapBasis}");
        page.Rows(
            ["boot", "devices", "events each", "BARs seen", "map", "unmap", "together"],
            document.Runs.Select(run => (IReadOnlyList<string>)
            [
                run.Name,
                Numbers.Count(run.Devices.Length),
                string.Join(" or ", run.Devices.Select(device => device.Events.Sum(events => events.Count)).Distinct()),
                string.Join(" or ", run.Devices.Select(device => $"{device.VisibleBars} of {device.Bars}").Distinct()),
                MapText.Band(run.Map),
                MapText.Band(run.Unmap),
                Numbers.Band(run.Seconds, run.Low, run.High),
            ]));
        page.Heading("Map events of the largest BAR of a device");
        foreach (var run in document.Runs)
        {
            var events = run.Devices.FirstOrDefault()?.Events ?? [];
            var causes = events.Length == 0 ? "none" : string.Join(" + ", events.Select(each => $"{each.Count} {each.Id}"));
            page.Line($"{run.Name}: {causes}");
        }

        WriteObserved(document, page);
        page.Line();
        page.Line($"Source: {document.Source}");
    }

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
