using System.Globalization;
using System.Text;
using Fast.PageTables;

namespace Fast.Perf.Plots;

/// <summary>One line of a plot.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Points">Bytes of input addresses and nanoseconds.</param>
public sealed record Series(string Name, List<(double Bytes, double Nanoseconds)> Points);

/// <summary>Draws lines over two logarithmic axes as one SVG that reads on light and on dark pages.</summary>
public static class LogLogPlot
{
    private const double Width = 760, Height = 460, Left = 86, Right = 150, Top = 64, Bottom = 60;

    /// <summary>The picture: bytes to the right, time upwards.</summary>
    public static string Draw(string title, string machine, IReadOnlyList<Series> series)
    {
        var points = series.SelectMany(line => line.Points).ToList();
        var (firstBytes, lastBytes) = (points.Min(point => point.Bytes), points.Max(point => point.Bytes));
        var lowest = Math.Floor(Math.Log10(points.Min(point => point.Nanoseconds)));
        var highest = Math.Ceiling(Math.Log10(points.Max(point => point.Nanoseconds)));
        double X(double bytes) => Left + ((Width - Left - Right) * Math.Log2(bytes / firstBytes) / Math.Log2(lastBytes / firstBytes));
        double Y(double nanoseconds) => Height - Bottom - ((Height - Top - Bottom) * (Math.Log10(nanoseconds) - lowest) / (highest - lowest));

        var svg = new StringBuilder();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" font-family="system-ui, sans-serif" font-size="13">""");
        Line(svg, $"<title>{title}</title>");
        Line(svg, $"<style>.page {{ fill: #ffffff }} text {{ fill: #1c2128 }} .grid {{ stroke: #d0d7de }} .s0 {{ --c: #0550ae }} .s1 {{ --c: #bc4c00 }} .s2 {{ --c: #116329 }} .line {{ stroke: var(--c); fill: none; stroke-width: 2 }} .dot, .name {{ fill: var(--c) }}");
        Line(svg, $"@media (prefers-color-scheme: dark) {{ .page {{ fill: #0d1117 }} text {{ fill: #e6edf3 }} .grid {{ stroke: #30363d }} .s0 {{ --c: #79c0ff }} .s1 {{ --c: #ffa657 }} .s2 {{ --c: #7ee787 }} .name {{ fill: var(--c) }} }}</style>");
        Line(svg, $"""<rect class="page" width="{Width}" height="{Height}"/>""");
        Line(svg, $"""<text x="{Left}" y="26" font-size="17" font-weight="600">{title}</text>""");
        Line(svg, $"""<text x="{Left}" y="46" font-size="11">{machine}</text>""");
        for (var bytes = firstBytes; bytes <= lastBytes; bytes *= 4)
        {
            Line(svg, $"""<line class="grid" x1="{X(bytes):0.#}" y1="{Top}" x2="{X(bytes):0.#}" y2="{Height - Bottom}"/>""");
            Line(svg, $"""<text x="{X(bytes):0.#}" y="{Height - Bottom + 20}" text-anchor="middle">{BinarySize.Format((ulong)bytes)}</text>""");
        }

        for (var power = lowest; power <= highest; power++)
        {
            var y = Y(Math.Pow(10, power));
            Line(svg, $"""<line class="grid" x1="{Left}" y1="{y:0.#}" x2="{Width - Right}" y2="{y:0.#}"/>""");
            Line(svg, $"""<text x="{Left - 8}" y="{y + 4:0.#}" text-anchor="end">{Time(power)}</text>""");
        }

        Line(svg, $"""<text x="{(Left + Width - Right) / 2}" y="{Height - 14}" text-anchor="middle">input addresses</text>""");
        Line(svg, $"""<text x="20" y="{(Top + Height - Bottom) / 2}" text-anchor="middle" transform="rotate(-90 20 {(Top + Height - Bottom) / 2})">time of one call</text>""");
        for (var i = 0; i < series.Count; i++)
        {
            var line = series[i].Points;
            Line(svg, $"""<g class="s{i % 3}"><polyline class="line" points="{string.Join(' ', line.Select(point => Invariant($"{X(point.Bytes):0.#},{Y(point.Nanoseconds):0.#}")))}"/>""");
            foreach (var (bytes, nanoseconds) in line) Line(svg, $"""<circle class="dot" cx="{X(bytes):0.#}" cy="{Y(nanoseconds):0.#}" r="3"/>""");
            Line(svg, $"""<text class="name" x="{X(line[^1].Bytes) + 10:0.#}" y="{Y(line[^1].Nanoseconds) + 4:0.#}">{series[i].Name}</text></g>""");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static string Time(double power)
    {
        var (unit, name) = power switch { >= 9 => (9, "s"), >= 6 => (6, "ms"), >= 3 => (3, "µs"), _ => (0, "ns") };
        return Invariant($"{Math.Pow(10, power - unit):0} {name}");
    }

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(Invariant(text)).Append('\n');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
