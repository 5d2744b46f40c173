using System.Globalization;
using System.Text;
using static Fast.Tool.HtmlPage;

namespace Fast.Tool.Run.Xen;

/// <summary>A scenario about Xen as one page for a browser: what each run costs, how dom0's leaves went, where strategies cross.</summary>
internal static class XenHtml
{
    private const int Width = 640;
    private const int Height = 240;
    private const string Style = """
        :root { --a: #0969da; --b: #bf8700; --c: #1a7f37; }
        @media (prefers-color-scheme: dark) { :root { --a: #4493f8; --b: #d29922; --c: #3fb950; } }
        figure { margin: .5rem 0 1.5rem; }
        .bar { display: flex; height: 1.1rem; min-width: 20rem; } .bar span { display: block; height: 100%; }
        .a { background: var(--a); } .b { background: var(--b); } .c { background: var(--c); }
        svg { max-width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 12px; } svg .axis { stroke: var(--line); fill: none; } svg polyline { fill: none; stroke-width: 2; }
        svg polygon.a { fill: var(--a); } svg polygon.b { fill: var(--b); } svg polygon.c { fill: var(--c); }
        """;

    /// <summary>The page.</summary>
    public static string Of(XenDocument document)
    {
        var html = HtmlPage.Open(document.Title, Style);
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(document.Title)}</h1>\n");
        if (document.Crossovers.Length > 0) WriteCurves(html, document);
        if (document.Runs.Length > 0) WriteCosts(html, document);
        foreach (var run in document.Runs.Where(run => run.Dom0.Shattered.Total > 0 && run.Samples.Length > 1)) WriteLeaves(html, document, run);
        if (document.BarMaps.Length > 0) WriteBarMaps(html, document);
        html.Append("<h2>Costs of Xen's steps</h2>\n<table>\n");
        foreach (var cost in document.Costs)
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(cost.Name)}</td><td>{cost.Confidence}</td><td>{Text(cost.Source)}</td><td class=\"n\">{cost.Value.ToString("#,0.###", CultureInfo.InvariantCulture)}</td></tr>\n");
        html.Append("</table>\n");
        foreach (var source in document.CostSources) html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(source.Id)}: {Text(source.Text)}</p>\n");
        return HtmlPage.Close(html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(document.Source)}</p>\n"));
    }

    /// <summary>A bar per run, all to one scale: within Xen, waiting, standing still.</summary>
    private static void WriteCosts(StringBuilder html, XenDocument document)
    {
        var most = document.Runs.Max(run => run.CostSeconds);
        html.Append("<h2>What it costs <span class=\"key a\"></span>within Xen <span class=\"key b\"></span>waiting for a p2m lock <span class=\"key c\"></span>vCPUs of the guest that stand still</h2>\n<table>\n");
        foreach (var run in document.Runs)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(XenText.NameOf(document, run))}</td><td class=\"n\">{Text(Numbers.Seconds(run.CostSeconds))}</td><td><div class=\"bar\">");
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"a\" style=\"width:{Percent(run.Calls.XenSeconds, most)}%\"></span><span class=\"b\" style=\"width:{Percent(run.Dom0.Lock.WaitSeconds + run.Guest.Lock.WaitSeconds, most)}%\"></span>");
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"c\" style=\"width:{Percent(run.Faults.StallSeconds, most)}%\"></span></div></td></tr>\n");
        }

        html.Append("</table>\n");
    }

    /// <summary>Which share of dom0's memory each leaf size maps, over time.</summary>
    private static void WriteLeaves(StringBuilder html, XenDocument document, XenRunView run)
    {
        var (lower, upper) = (new List<string>(), new List<string>());
        foreach (var sample in run.Samples)
        {
            var (small, middle, large) = (sample.Dom0.Small, sample.Dom0.Middle * 512, sample.Dom0.Large * 512 * 512);
            var all = (double)(small + middle + large);
            var x = Number(Width * sample.Seconds / run.SimulatedSeconds);
            lower.Add($"{x},{Number(Height * (1 - (large / all)))}");
            upper.Add($"{x},{Number(Height * (1 - ((large + middle) / all)))}");
        }

        html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(XenText.NameOf(document, run))}: leaves of dom0's map <span class=\"key a\"></span>1 GiB <span class=\"key b\"></span>2 MiB <span class=\"key c\"></span>4 KiB</h2>\n");
        html.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height + 20}\" role=\"img\" aria-label=\"share of dom0's memory by leaf size\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<polygon class=\"c\" points=\"0,0 {Width},0 {Width},{Height} 0,{Height}\"/>\n");
        html.Append(CultureInfo.InvariantCulture, $"<polygon class=\"b\" points=\"0,0 {string.Join(' ', upper)} {Width},{Height} 0,{Height}\"/>\n<polygon class=\"a\" points=\"0,0 {string.Join(' ', lower)} {Width},{Height} 0,{Height}\"/>\n");
        html.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{Height + 15}\">0</text><text x=\"{Width}\" y=\"{Height + 15}\" text-anchor=\"end\">{Text(Numbers.Seconds(run.SimulatedSeconds))}</text></svg></figure>\n");
    }

    /// <summary>Cost by rate, a line for each run; cost on a logarithmic scale, rates side by side.</summary>
    private static void WriteCurves(StringBuilder html, XenDocument document)
    {
        var rates = document.Runs.Select(run => run.MigrationsPerSecond).Distinct().Order().ToList();
        var costs = document.Runs.Select(run => Math.Log10(Math.Max(run.CostSeconds, 1e-9))).ToList();
        var (least, span) = (costs.Min(), Math.Max(costs.Max() - costs.Min(), 1e-6));
        html.Append(CultureInfo.InvariantCulture, $"<h2>Cost by how often buffers move</h2>\n<figure><svg viewBox=\"0 0 {Width + 180} {Height + 40}\" role=\"img\" aria-label=\"cost by moves per second\">\n<rect class=\"axis\" x=\"0\" y=\"10\" width=\"{Width}\" height=\"{Height}\"/>\n");
        for (var i = 0; i < rates.Count; i++) html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Number(X(i))}\" y=\"{Height + 28}\" text-anchor=\"middle\">{Number(rates[i])}/s</text>\n");
        var hue = 0;
        foreach (var group in document.Runs.GroupBy(run => run.Name))
        {
            var points = group.OrderBy(run => run.MigrationsPerSecond).Select(run => (X: X(rates.IndexOf(run.MigrationsPerSecond)), Y: Y(run.CostSeconds))).ToList();
            html.Append(CultureInfo.InvariantCulture, $"<polyline style=\"stroke:hsl({hue} 70% 50%)\" points=\"{string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"))}\"><title>{Text(group.Key)}</title></polyline>\n");
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width + 6}\" y=\"{Number(points[^1].Y + 4)}\" style=\"fill:hsl({hue} 70% 50%)\">{Text(group.Key)}</text>\n");
            hue = (hue + 137) % 360;
        }

        html.Append("</svg></figure>\n");
        foreach (var crossover in document.Crossovers) html.Append(CultureInfo.InvariantCulture, $"<p>{Text(XenText.Sentence(crossover))}</p>\n");

        double X(int index) => Width * (index + 0.5) / rates.Count;

        double Y(double seconds) => 10 + (Height * (1 - (0.9 * (Math.Log10(Math.Max(seconds, 1e-9)) - least) / span) - 0.05));
    }

    private static void WriteBarMaps(StringBuilder html, XenDocument document)
    {
        html.Append("<h2>A BAR mapped whole into a guest</h2>\n<table>\n<tr><th>how</th><th>BAR</th><th>entries</th><th>calls</th><th>time</th></tr>\n");
        foreach (var map in document.BarMaps)
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(map.Name)}</td><td>{Numbers.Bytes(map.BarBytes)}</td><td class=\"n\">{Numbers.Count((long)map.AllEntries)}</td><td class=\"n\">{Numbers.Count((long)map.Calls)}</td><td class=\"n\">{Text(Numbers.Seconds(map.Seconds))}</td></tr>\n");
        html.Append("</table>\n");
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
