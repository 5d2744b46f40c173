using System.Globalization;
using System.Text;
using Fast.Machines;
using static Fast.Tool.HtmlPage;

namespace Fast.Tool.Run.Rebalance;

/// <summary>A result as one page for a browser; every picture has its figures beside it.</summary>
internal static class RebalanceHtml
{
    private const string Style = """
        :root { --map: #0969da; --unmap: #bf8700; --boot: #8250df; --driver: #1a7f37; --bad: #cf222e; --free: #f0f3f6;
          --t0: #0969da; --t1: #bf8700; --t2: #1a7f37; --t3: #8250df; --t4: #0a7d8c; --t5: #bc4c00; }
        @media (prefers-color-scheme: dark) { :root { --map: #4493f8; --unmap: #d29922; --boot: #a371f7; --driver: #3fb950; --bad: #f85149; --free: #161b22;
          --t0: #4493f8; --t1: #d29922; --t2: #3fb950; --t3: #a371f7; --t4: #39c5cf; --t5: #f0883e; } }
        body { max-width: 72rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
        .wide { overflow-x: auto; } table { font-variant-numeric: tabular-nums; }
        tr + tr td { border-top: 1px solid var(--line); }
        svg { display: block; max-width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); } svg .soft { fill: var(--soft); } svg .grid { stroke: var(--line); }
        .map { fill: var(--map); } .unmap { fill: var(--unmap); } .boot { fill: var(--boot); } .driver { fill: var(--driver); } .bad { fill: var(--bad); } .dot { fill: var(--map); fill-opacity: .55; stroke: var(--paper); stroke-width: .7; } .mid { stroke: var(--ink); stroke-width: 2; }
        .free { fill: var(--free); } .t0 { fill: var(--t0); } .t1 { fill: var(--t1); } .t2 { fill: var(--t2); } .t3 { fill: var(--t3); } .t4 { fill: var(--t4); } .t5 { fill: var(--t5); } .edge { stroke: var(--paper); stroke-width: 1; } .fixed { stroke: var(--ink); stroke-width: 1.5; }
        .key svg { width: .8rem; height: .8rem; }
        .maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem 1.5rem; }
        """;

    /// <summary>The page.</summary>
    public static string Of(RebalanceDocument document, RebalanceResult result)
    {
        var html = HtmlPage.Open(document.Title, Style);
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(document.Title)}</h1>\n");
        foreach (var window in document.Windows) html.Append(CultureInfo.InvariantCulture, $"<p>{Text(RebalanceText.Text(window))}</p>\n");
        foreach (var line in RebalanceText.Verdict(document)) html.Append(CultureInfo.InvariantCulture, $"<p><strong>{Text(line)}</strong></p>\n");
        WriteFates(html, document);
        if (document.Histories > 1) WriteHistories(html, document);
        WriteCosts(html, document);
        AddressMap.Write(html, result);
        foreach (var host in document.Hosts) html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(host.Name)}: {Text(host.Basis)}</p>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Source: {Text(document.Source)} After each of {Numbers.Count(document.Strategies.Sum(strategy => strategy.ConfigWrites))} config writes it was looked whether two ranges overlap, a BAR is half written while it decodes, a peer reaches a BAR where it no longer is, a device that must stay has moved, or a device was cut off under its driver: never.</p>\n");
        return HtmlPage.Close(html);
    }

    private static void WriteFates(StringBuilder html, RebalanceDocument document)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>What became of the devices that came, over {Numbers.Count(document.Histories, "history", "histories")}</h2>\n<div class=\"wide\"><table>\n<tr><th>strategy</th><th class=\"n\">came</th><th class=\"n\">fit</th><th class=\"n\">served by a reaction</th><th class=\"n\">with smaller BARs</th><th class=\"n\">refused, enough free</th><th class=\"n\">refused, full</th><th class=\"n\">served at a boot</th></tr>\n");
        foreach (var strategy in document.Strategies)
        {
            var requests = strategy.Requests;
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(strategy.Name)}</td>");
            foreach (var count in new[] { requests.All, requests.Fit, requests.Reacted, requests.Reduced, requests.RefusedFragmented, requests.RefusedFull, requests.ServedAtBoot }) html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Numbers.Count(count)}</td>");
            html.Append("</tr>\n");
        }

        html.Append("</table></div>\n");
        foreach (var strategy in document.Strategies.Where(strategy => strategy.FirstHistory.Any(IsRefused)).Take(1))
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(strategy.Name)}, first history, {Text(RebalanceText.Refusal(strategy.FirstHistory.First(IsRefused)))}.</p>\n");
    }

    private static bool IsRefused(RequestView request) => request.End.StartsWith("refused", StringComparison.Ordinal);

    private static void WriteHistories(StringBuilder html, RebalanceDocument document)
    {
        var events = document.Strategies[0].Histories.Max(history => history.Events);
        html.Append("<h2>When a device is refused first</h2>\n<p class=\"soft\">A dot for each history, at its event; the mark is the median of those that are refused at all.</p>\n");
        DotRows.Write(html, "event", events, document.Strategies.Select(strategy => (
            strategy.Name,
            strategy.Histories.Select(history => (double?)history.FirstRefusedEvent).OfType<double>().ToList(),
            strategy.FirstRefused.Histories == 0 ? "never" : $"in {strategy.FirstRefused.Histories} of {document.Histories}")));
        var most = document.Strategies.SelectMany(strategy => strategy.Histories).Max(history => history.Moves);
        html.Append("<h2>Devices moved in a history</h2>\n<p class=\"soft\">A dot for each history; the mark is the median.</p>\n");
        DotRows.Write(html, "devices moved", Math.Max(most, 1), document.Strategies.Select(strategy => (
            strategy.Name,
            strategy.Histories.Select(history => (double)history.Moves).ToList(),
            string.Create(CultureInfo.InvariantCulture, $"mean {(double)strategy.Moves / document.Histories:0.#}"))));
    }

    private static void WriteCosts(StringBuilder html, RebalanceDocument document)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>What {(document.Histories == 1 ? "it" : "a history")} costs on each host{(document.Histories == 1 ? "" : ", in the mean")}</h2>\n<p>");
        foreach (var (name, text) in new[] { ("map", "map"), ("unmap", "unmap"), ("boot", "maps and unmaps of boots"), ("driver", "drivers, as the scenario says") })
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"key\"><svg viewBox=\"0 0 1 1\"><rect class=\"{name}\" width=\"1\" height=\"1\"/></svg></span>{text}");
        html.Append("</p>\n<p class=\"soft\">Each host has a scale of its own. Of a flip that somebody timed, unmap and map together stand under map.</p>\n");
        for (var at = 0; at < document.Hosts.Length; at++)
        {
            var host = at;
            html.Append(CultureInfo.InvariantCulture, $"<h3>{Text(document.Hosts[at].Name)}</h3>\n");
            CostBars.Write(html, document.Strategies.Select(strategy => (strategy.Name, strategy.Hosts[host])).ToList());
        }
    }
}
