using System.Globalization;
using System.Net;
using System.Text;
using Fast.Machines;
using Fast.Tool.Map;

namespace Fast.Tool.Predict;

/// <summary>A prediction as one page for a browser: nothing is loaded from elsewhere, no script, light and dark as the reader has it.</summary>
internal static class PredictHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #fff; --line: #d0d7de; --map: #0969da; --unmap: #bf8700; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --line: #30363d; --map: #4493f8; --unmap: #d29922; } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } .soft { color: var(--soft); }
        table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; } td.n { text-align: right; white-space: nowrap; }
        .bar { display: flex; height: 1.1rem; min-width: 20rem; } .bar span { display: block; height: 100%; } .map { background: var(--map); } .unmap { background: var(--unmap); }
        .stripe { position: relative; height: 1.4rem; border: 1px solid var(--line); margin: .2rem 0 .8rem; } .stripe span { position: absolute; top: 0; bottom: 0; min-width: 2px; background: var(--map); }
        .key { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 1rem; }
        """;

    /// <summary>The page.</summary>
    public static string Of(PredictDocument document, Prediction prediction)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Text(document.Host)}: what BARs add to the boot</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        WriteAnswer(html, document);
        WritePhases(html, document);
        WriteStripes(html, prediction);
        WriteChanges(html, document);
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">map: {CostModel.MapBasis}; unmap: {CostModel.UnmapBasis}; map events: {Prediction.EventsBasis}; knowledge: {Text(document.Knowledge.Source)}, {document.Knowledge.Fingerprint}</p>\n");
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void WriteAnswer(StringBuilder html, PredictDocument document)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(document.Host)}: seconds that BARs add to the boot of the guest</h1>\n<table>\n<tr><th>host kernel</th><th>map</th><th>unmap</th><th>together</th></tr>\n");
        foreach (var kernel in document.Kernels)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>Linux {kernel.Kernel}</td><td class=\"n\">{Text(MapText.Band(kernel.Total.Map))}</td><td class=\"n\">{Text(MapText.Band(kernel.Total.Unmap))}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Text(Numbers.Band(kernel.Total.Seconds, kernel.Total.Low, kernel.Total.High))}</td></tr>\n");
        }

        html.Append(CultureInfo.InvariantCulture, $"</table>\n<p class=\"soft\">Guest Linux {document.Request.GuestKernel} under {document.Request.Firmware}, bridges above each device: {document.Request.BridgesAbove}.</p>\n");
    }

    /// <summary>A bar per phase and kernel, all to one scale.</summary>
    private static void WritePhases(StringBuilder html, PredictDocument document)
    {
        var longest = document.Kernels.SelectMany(kernel => kernel.Phases).Max(phase => phase.Map.Seconds + phase.Unmap.Seconds);
        html.Append("<h2>Phases of the boot <span class=\"key map\"></span>map <span class=\"key unmap\"></span>unmap</h2>\n<table>\n");
        foreach (var kernel in document.Kernels)
        {
            foreach (var phase in kernel.Phases)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><td>Linux {kernel.Kernel}</td><td>{phase.Phase}</td><td class=\"n\">{Text(Numbers.Seconds(phase.Map.Seconds + phase.Unmap.Seconds))}</td>");
                html.Append(CultureInfo.InvariantCulture, $"<td><div class=\"bar\"><span class=\"map\" style=\"width:{Percent(phase.Map.Seconds, longest)}%\"></span><span class=\"unmap\" style=\"width:{Percent(phase.Unmap.Seconds, longest)}%\"></span></div></td></tr>\n");
            }
        }

        html.Append("</table>\n");
    }

    /// <summary>A stripe per BAR: where it lies among all BARs of the host, and how large it is.</summary>
    private static void WriteStripes(StringBuilder html, Prediction prediction)
    {
        var bars = prediction.Devices.SelectMany(device => device.Bars.Select(bar => (device.Device.Label, bar.Region, Start: bar.Region.Address!.Value, bar.MappedBytes, Events: bar.Events.Aggregate(0UL, (sum, events) => sum + events.Maps)))).ToList();
        if (bars.Count == 0) return;
        var first = bars.Min(bar => bar.Start);
        var span = (double)bars.Max(bar => bar.Start + bar.MappedBytes - first);
        html.Append(CultureInfo.InvariantCulture, $"<h2>BARs in the host's address space, 0x{first:x} and {Numbers.Bytes((ulong)span)} from there</h2>\n");
        foreach (var bar in bars)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div>{Text(bar.Label)} {Text(bar.Region.ToString())}, mapped {bar.Events} times</div>\n");
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"stripe\"><span style=\"left:{Percent(bar.Start - first, span)}%;width:{Percent(bar.MappedBytes, span)}%\"></span></div>\n");
        }
    }

    private static void WriteChanges(StringBuilder html, PredictDocument document)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>What to change, compared with Linux {document.Baseline}</h2>\n<table>\n<tr><th>change</th><th>saves</th><th>then left</th></tr>\n");
        foreach (var change in document.Together is { } together ? document.Changes.Add(together) : document.Changes)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(change.Text)}</td><td class=\"n\">{(change.SavesSeconds > 0 ? Text(Numbers.Seconds(change.SavesSeconds)) : "-")}</td><td class=\"n\">{Text(Numbers.Seconds(change.After.Seconds))}</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static string Percent(double part, double whole) => whole > 0 ? (100 * part / whole).ToString("0.###", CultureInfo.InvariantCulture) : "0";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
