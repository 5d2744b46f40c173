using System.Globalization;
using System.Text;
using Fast.Machines;
using Fast.Tool.Map;
using static Fast.Tool.HtmlPage;

namespace Fast.Tool.Predict;

/// <summary>A prediction as one page for a browser.</summary>
internal static class PredictHtml
{
    private const string Style = """
        :root { --map: #0969da; --unmap: #bf8700; --l1g: #1a7f37; --l2m: #8250df; --l4k: #cf222e; }
        @media (prefers-color-scheme: dark) { :root { --map: #4493f8; --unmap: #d29922; --l1g: #3fb950; --l2m: #ab7df8; --l4k: #f85149; } }
        .lead { font-size: 1.1rem; margin: .3rem 0; }
        tbody.kernel td, tbody.kernel th { line-height: 1.2rem; } tbody.kernel tr:first-child > * { border-top: 1px solid var(--line); padding-top: .4rem; }
        .bar { display: flex; height: 1.1rem; min-width: 24rem; } .bar span { display: block; height: 100%; } .map { background: var(--map); } .unmap { background: var(--unmap); }
        .stripe { position: relative; height: 1.1rem; border: 1px solid var(--line); margin: .2rem 0; } .stripe span { position: absolute; top: 0; bottom: 0; min-width: 2px; background: var(--map); }
        .leaves { display: grid; grid-template-columns: 6rem 1fr; gap: .1rem .6rem; margin-bottom: .8rem; font-size: .85rem; } .leaves div { display: flex; height: .9rem; align-self: center; } .leaves div span { display: block; height: 100%; } .l1g { background: var(--l1g); } .l2m { background: var(--l2m); } .l4k { background: var(--l4k); }
        """;

    /// <summary>The page.</summary>
    public static string Of(PredictDocument document, Prediction prediction)
    {
        var html = HtmlPage.Open($"{document.Host}: what BARs add to the boot", Style);
        WriteAnswer(html, document);
        WritePhases(html, document);
        WriteChanges(html, document);
        PredictStripes.Write(html, document, prediction);
        WriteGrounds(html, document);
        return HtmlPage.Close(html);
    }

    private static void WriteAnswer(StringBuilder html, PredictDocument document)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(document.Host)}: seconds that BARs add to the boot of the guest</h1>\n");
        foreach (var line in PredictAnswer.Lines(document)) html.Append(CultureInfo.InvariantCulture, $"<p class=\"lead\">{Text(line)}</p>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(PredictAnswer.Question(document))}</p>\n");
        var ram = document.Request.Ram is null ? "" : "<th class=\"n\">apart: pinning memory</th>";
        html.Append(CultureInfo.InvariantCulture, $"<table>\n<tr><th>host kernel</th><th class=\"n\">map</th><th class=\"n\">unmap</th><th class=\"n\">together</th>{ram}</tr>\n");
        foreach (var kernel in document.Kernels)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>Linux {kernel.Kernel}</td><td class=\"n\">{Text(MapText.Band(kernel.Total.Map))}</td><td class=\"n\">{Text(MapText.Band(kernel.Total.Unmap))}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Text(Numbers.Band(kernel.Total.Seconds, kernel.Total.Low, kernel.Total.High))}</td>");
            if (kernel.Ram is { } pinned) html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Text(pinned.Errno ?? MapText.Band(pinned.Map))}</td>");
            html.Append("</tr>\n");
        }

        html.Append("</table>\n");
    }

    /// <summary>A bar per phase and kernel, all to one scale.</summary>
    private static void WritePhases(StringBuilder html, PredictDocument document)
    {
        var longest = document.Kernels.SelectMany(kernel => kernel.Phases).Max(phase => phase.Map.Seconds + phase.Unmap.Seconds);
        html.Append("<h2>Phases of the boot <span class=\"key map\"></span>map <span class=\"key unmap\"></span>unmap</h2>\n<table>\n");
        foreach (var kernel in document.Kernels)
        {
            html.Append("<tbody class=\"kernel\">\n");
            foreach (var phase in kernel.Phases)
            {
                var name = phase == kernel.Phases[0] ? $"<th rowspan=\"{kernel.Phases.Length}\">Linux {kernel.Kernel}</th>" : "";
                html.Append(CultureInfo.InvariantCulture, $"<tr>{name}<td>{phase.Phase}</td><td class=\"n\">{Text(Numbers.Seconds(phase.Map.Seconds + phase.Unmap.Seconds))}</td>");
                html.Append(CultureInfo.InvariantCulture, $"<td><div class=\"bar\"><span class=\"map\" style=\"width:{Percent(phase.Map.Seconds, longest)}%\"></span><span class=\"unmap\" style=\"width:{Percent(phase.Unmap.Seconds, longest)}%\"></span></div></td></tr>\n");
            }

            html.Append("</tbody>\n");
        }

        html.Append("</table>\n");
    }

    private static void WriteChanges(StringBuilder html, PredictDocument document)
    {
        if (document.Changes.IsEmpty) return;
        html.Append(CultureInfo.InvariantCulture, $"<h2>What to change, compared with Linux {document.Baseline}</h2>\n<table>\n<tr><th>change</th><th class=\"n\">saves</th><th class=\"n\">then left</th></tr>\n");
        foreach (var change in PredictText.Ordered(document))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{(change.Alternative ? "or, " : "")}{Text(change.Text)}</td><td class=\"n\">{(change.SavesSeconds > 0 ? Text(Numbers.Seconds(change.SavesSeconds)) : "-")}</td><td class=\"n\">{Text(Numbers.Seconds(change.After.Seconds))}</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void WriteGrounds(StringBuilder html, PredictDocument document)
    {
        foreach (var note in document.Notes) html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(note)}</p>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">map: {Text(document.Bases.Map)}; unmap: {Text(document.Bases.Unmap)}; map events: {document.Bases.Events}; knowledge: {Text(document.Knowledge.Source)}, {document.Knowledge.Fingerprint}</p>\n");
    }
}
