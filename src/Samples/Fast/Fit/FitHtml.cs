using System.Globalization;
using System.Text;
using static Fast.Tool.HtmlPage;

namespace Fast.Tool.Fit;

/// <summary>An address space as one page for a browser.</summary>
internal static class FitHtml
{
    private const string Style = """
        :root { --ram: #2da44e; --bar: #0969da; --port: #a5c9f5; --spare: #d4a72c; --window: #dbe9f9; --reserved: #cf222e; --bad: #cf222e; --warn: #9a6700; }
        @media (prefers-color-scheme: dark) { :root { --ram: #3fb950; --bar: #4493f8; --port: #1f4b85; --spare: #bb8009; --window: #15263d; --reserved: #f85149; --bad: #ff7b72; --warn: #d29922; } }
        .bad { color: var(--bad); } .warn { color: var(--warn); }
        .a { font-family: ui-monospace, monospace; white-space: nowrap; }
        .strip { position: relative; height: 2.2rem; border: 1px solid var(--line); margin: .2rem 0 0; overflow: hidden; } .strip span { position: absolute; top: 0; bottom: 0; min-width: 2px; box-sizing: border-box; }
        .strip .port, .strip .sparePort, .strip .bar { border-right: 1px solid var(--paper); }
        .ends { display: flex; justify-content: space-between; font-size: .8rem; margin-bottom: 1rem; } .keys { font-size: .9rem; } .key { border: 1px solid var(--line); }
        .ram { background: var(--ram); } .bar { background: var(--bar); } .port { background: var(--port); } .sparePort { background: var(--spare); } .window { background: var(--window); } .reserved { background: var(--reserved); }
        """;

    /// <summary>The page.</summary>
    public static string Of(FitDocument document)
    {
        var html = HtmlPage.Open($"{document.Host}: the guest's address space", Style);
        WriteAnswer(html, document);
        WriteStrips(html, document);
        WriteList(html, "How the windows came to be", document.Steps);
        WriteMap(html, document);
        WriteCures(html, document);
        WriteFindings(html, document);
        return HtmlPage.Close(html);
    }

    private static void WriteAnswer(StringBuilder html, FitDocument document)
    {
        var answer = document.Fits ? "everything fits" : document.Refusal is not null ? "the guest does not start" : $"{document.Complete} of {Numbers.Count(document.Devices.Length, "device")} fit";
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(document.Host)}: {Text(answer)}</h1>\n");
        var request = document.Request;
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Numbers.Bytes(request.Ram)} of memory, {request.PhysBits} bits, {Text(request.Cpu)} CPU, firmware {Text(request.Firmware)}, {Numbers.Count(request.Bridges, "bridge")} above each device, {Numbers.Count(request.SparePorts, "spare port")}, guest Linux {Text(request.GuestKernel)}</p>\n");
        if (document.Refusal is { } refusal) html.Append(CultureInfo.InvariantCulture, $"<p class=\"bad\">{Text(refusal)}</p>\n");
        foreach (var group in document.Devices.SelectMany(device => device.Bars.Where(bar => bar.Why is not null).Select(bar => (device, bar))).GroupBy(each => each.bar.Why))
        {
            var names = string.Join(", ", group.Select(each => $"region {each.bar.Region} of {each.device.Function} ({each.device.Address})"));
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"bad\">No place for {Text(names)}: {Text(group.Key!)}</p>\n");
        }
    }

    private static void WriteStrips(StringBuilder html, FitDocument document)
    {
        html.Append("<h2>Address space</h2>\n<p class=\"keys\">");
        foreach (var (kind, words) in new[] { ("ram", "memory"), ("window", "window"), ("port", "port"), ("sparePort", "kept by a spare port"), ("bar", "BAR"), ("reserved", "HyperTransport") })
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"key {kind}\"></span>{words}");
        html.Append("</p>\n");
        WriteStrip(html, document, $"all {document.Request.PhysBits} bits", 0, (1UL << document.Request.PhysBits) - 1);
        if (document.Map.LastOrDefault(region => region is { Kind: "window", Depth: 0, Start: > uint.MaxValue }) is { } window) WriteStrip(html, document, "the window above 4G", window.Start, window.Last);
    }

    private static void WriteStrip(StringBuilder html, FitDocument document, string what, ulong first, ulong last)
    {
        var span = (double)(last - first) + 1;
        html.Append(CultureInfo.InvariantCulture, $"<div>{Text(what)}, {Numbers.Bytes(last - first + 1)}</div>\n<div class=\"strip\">");
        foreach (var region in document.Map.Where(region => region.Kind != "free" && region.Start <= last && region.Last >= first))
        {
            var (from, to) = (Math.Max(region.Start, first) - first, Math.Min(region.Last, last) - first);
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"{region.Kind}\" style=\"left:{Percent(from, span)}%;width:{Percent(to - from + 1, span)}%\" title=\"{Text(region.Label)}, {Numbers.Bytes(region.Last - region.Start + 1)} at 0x{region.Start:x}\"></span>");
        }

        html.Append(CultureInfo.InvariantCulture, $"</div>\n<div class=\"ends soft a\"><span>0x{first:x}</span><span>0x{last:x}</span></div>\n");
    }

    private static void WriteMap(StringBuilder html, FitDocument document)
    {
        html.Append("<h2>Every stretch</h2>\n<table>\n<tr><th>from</th><th>to</th><th>size</th><th>what</th></tr>\n");
        foreach (var region in document.Map)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr{(region.Kind == "free" ? " class=\"soft\"" : "")}><td class=\"a\">0x{region.Start:x}</td><td class=\"a\">0x{region.Last:x}</td><td class=\"n\">{Numbers.Bytes(region.Last - region.Start + 1)}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td style=\"padding-left:{region.Depth * 1.5}rem\">{(region.Kind == "free" ? "" : $"<span class=\"key {region.Kind}\" style=\"margin-left:0\"></span>")}{Text(region.Label)}</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void WriteList(StringBuilder html, string heading, IEnumerable<string> lines)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>{heading}</h2>\n<ul>\n");
        foreach (var line in lines) html.Append(CultureInfo.InvariantCulture, $"<li>{Text(line)}</li>\n");
        html.Append("</ul>\n");
    }

    private static void WriteCures(StringBuilder html, FitDocument document)
    {
        if (document.Cures.IsEmpty) return;
        html.Append("<h2>Each of these alone makes everything fit</h2>\n<table>\n<tr><th>setting</th><th>what to change</th></tr>\n");
        foreach (var cure in document.Cures) html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(cure.Id)}</td><td>{Text(cure.Text)}</td></tr>\n");
        html.Append("</table>\n");
    }

    private static void WriteFindings(StringBuilder html, FitDocument document)
    {
        if (document.Findings.IsEmpty) return;
        html.Append("<h2>Findings</h2>\n<table>\n<tr><th>severity</th><th>what</th><th>what to do</th></tr>\n");
        foreach (var finding in document.Findings)
        {
            var mark = finding.Severity switch { "error" => "bad", "warning" => "warn", _ => "soft" };
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"{mark}\">{finding.Severity}</td><td>{Text(finding.Text)}</td><td>{Text(finding.Remedy ?? "-")}</td></tr>\n");
        }

        html.Append("</table>\n");
    }
}
