using System.Globalization;
using System.Text;

namespace Fast.Tool.Run.Rebalance;

/// <summary>A picture with a bar for each strategy: what one host pays, by what it pays for.</summary>
internal static class CostBars
{
    private const int Left = 300;
    private const int Width = 480;
    private const int Right = 270;
    private const int RowHeight = 24;
    private const int Thick = 14;

    /// <summary>Draws it.</summary>
    public static void Write(StringBuilder html, IReadOnlyList<(string Name, HostCostView Cost)> rows)
    {
        var most = rows.Max(row => row.Cost.Total.Seconds);
        html.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Left + Width + Right} {rows.Count * RowHeight}\" width=\"{Left + Width + Right}\" role=\"img\" aria-label=\"seconds by strategy\">\n");
        for (var row = 0; row < rows.Count; row++)
        {
            var (name, cost) = rows[row];
            var y = (row * RowHeight) + ((RowHeight - Thick) / 2);
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 12}\" y=\"{y + 12}\" text-anchor=\"end\">{HtmlPage.Text(name)}</text>");
            var x = (double)Left;
            foreach (var (part, seconds) in new[] { ("map", cost.Map.Seconds), ("unmap", cost.Unmap.Seconds), ("boot", cost.Boots.Seconds), ("driver", cost.DriverSeconds) })
            {
                var width = most > 0 ? Width * seconds / most : 0;
                if (width <= 0) continue;
                html.Append(CultureInfo.InvariantCulture, $"<rect class=\"{part} edge\" x=\"{x:0.##}\" y=\"{y}\" width=\"{width:0.##}\" height=\"{Thick}\"><title>{part}: {HtmlPage.Text(Numbers.Seconds(seconds))}</title></rect>");
                x += width;
            }

            var away = cost.LongestAwaySeconds > 0 ? $", longest away {Numbers.Seconds(cost.LongestAwaySeconds)}" : "";
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"soft\" x=\"{x + 8:0.##}\" y=\"{y + 12}\">{HtmlPage.Text(Numbers.Seconds(cost.Total.Seconds) + away)}</text>\n");
        }

        html.Append("</svg>\n");
    }
}
