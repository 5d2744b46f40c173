using System.Globalization;
using System.Text;

namespace Fast.Tool.Run.Rebalance;

/// <summary>A picture with a row for each strategy and a dot for each history.</summary>
internal static class DotRows
{
    private const int Left = 300;
    private const int Width = 560;
    private const int Right = 150;
    private const int RowHeight = 26;
    private const int Axis = 34;

    /// <summary>Draws it.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="unit">What the axis counts.</param>
    /// <param name="most">End of the axis.</param>
    /// <param name="rows">Name, values, and what stands at the end of a row.</param>
    public static void Write(StringBuilder html, string unit, double most, IEnumerable<(string Name, List<double> Values, string Note)> rows)
    {
        var all = rows.ToList();
        var bottom = all.Count * RowHeight;
        html.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Left + Width + Right} {bottom + Axis}\" width=\"{Left + Width + Right}\" role=\"img\" aria-label=\"{HtmlName(unit)} by strategy\">\n");
        foreach (var tick in Ticks(most))
        {
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{X(tick, most):0.#}\" y1=\"0\" x2=\"{X(tick, most):0.#}\" y2=\"{bottom}\"/><text class=\"soft\" x=\"{X(tick, most):0.#}\" y=\"{bottom + 15}\" text-anchor=\"middle\">{tick:#,0.##}</text>\n");
        }

        html.Append(CultureInfo.InvariantCulture, $"<text class=\"soft\" x=\"{Left + Width + 28}\" y=\"{bottom + 15}\">{HtmlName(unit)}</text>\n");
        for (var row = 0; row < all.Count; row++)
        {
            var (name, values, note) = all[row];
            var y = (row * RowHeight) + (RowHeight / 2);
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 12}\" y=\"{y + 4}\" text-anchor=\"end\">{HtmlName(name)}</text><line class=\"grid\" x1=\"{Left}\" y1=\"{y}\" x2=\"{Left + Width}\" y2=\"{y}\"/>");
            foreach (var group in values.GroupBy(value => value))
            {
                // Equal values stand beside each other up and down, so that many are seen as many.
                var count = group.Count();
                var step = Math.Min(3.0, (RowHeight - 10.0) / count);
                var number = 0;
                foreach (var value in group) html.Append(CultureInfo.InvariantCulture, $"<circle class=\"dot\" cx=\"{X(value, most):0.#}\" cy=\"{y + ((number++ - ((count - 1) / 2.0)) * step):0.#}\" r=\"4\"/>");
            }

            if (values.Count > 0)
            {
                var sorted = values.Order().ToArray();
                var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
                html.Append(CultureInfo.InvariantCulture, $"<line class=\"mid\" x1=\"{X(median, most):0.#}\" y1=\"{y - 9}\" x2=\"{X(median, most):0.#}\" y2=\"{y + 9}\"><title>median {median:0.#}</title></line>");
            }

            html.Append(CultureInfo.InvariantCulture, $"<text class=\"soft\" x=\"{Left + Width + 12}\" y=\"{y + 4}\">{HtmlName(note)}</text>\n");
        }

        html.Append("</svg>\n");
    }

    private static double X(double value, double most) => Left + (Width * value / most);

    /// <summary>Round values, at most six.</summary>
    private static IEnumerable<double> Ticks(double most)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(most)));
        foreach (var factor in new[] { 0.2, 0.5, 1.0 })
        {
            if (most / (step * factor) > 6) continue;
            step *= factor;
            break;
        }

        for (var tick = 0.0; tick <= most; tick += step) yield return tick;
    }

    private static string HtmlName(string text) => HtmlPage.Text(text);
}
