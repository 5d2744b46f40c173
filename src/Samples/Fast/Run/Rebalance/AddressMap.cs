using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Fast.Machines;

namespace Fast.Tool.Run.Rebalance;

/// <summary>Pictures of the first history: across the addresses of a window, down the events; a device is a stretch that lasts as long as it stays where it is.</summary>
internal static class AddressMap
{
    private const int Width = 560;
    private const int Left = 14;
    private const int Colours = 6;
    private const int TallestRow = 22;
    private const int Height = 320;

    /// <summary>Draws one for each strategy and window.</summary>
    public static void Write(StringBuilder html, RebalanceResult result)
    {
        var types = result.Scenario.Types.Select(type => type.Name).ToList();
        html.Append("<h2>The first history: who has which addresses</h2>\n<p>");
        for (var type = 0; type < types.Count; type++)
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"key\"><svg viewBox=\"0 0 1 1\"><rect class=\"t{type % Colours}\" width=\"1\" height=\"1\"/></svg></span>{HtmlPage.Text(types[type])}");
        html.Append("</p>\n<p class=\"soft\">Addresses grow to the right, events downwards; the first row is the first boot. A red mark at the left: a device that is plugged in has no place. Outlined: it must stay where it is while the guest runs.</p>\n<div class=\"maps\">\n");
        foreach (var strategy in result.Strategies)
        {
            foreach (var window in result.Scenario.Windows)
            {
                var title = result.Scenario.Windows.Length == 1 ? strategy.Strategy.Name : $"{strategy.Strategy.Name}: {window.Name}";
                html.Append(CultureInfo.InvariantCulture, $"<div><h3>{HtmlPage.Text(title)}</h3>\n");
                Write(html, window, strategy.Histories[0].Outcome.Snapshots, types);
                html.Append("</div>\n");
            }
        }

        html.Append("</div>\n");
    }

    private static void Write(StringBuilder html, WindowPlan window, ImmutableArray<Snapshot> snapshots, List<string> types)
    {
        var row = Math.Clamp((double)Height / snapshots.Length, 2, TallestRow);
        html.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Left + Width} {row * snapshots.Length:0.#}\" width=\"{Left + Width}\" role=\"img\" aria-label=\"addresses over events\">\n<rect class=\"free\" x=\"{Left}\" y=\"0\" width=\"{Width}\" height=\"{row * snapshots.Length:0.#}\"/>\n");
        var since = new Dictionary<TakenRange, int>();
        for (var at = 0; at <= snapshots.Length; at++)
        {
            var now = at < snapshots.Length ? snapshots[at].Ranges.Where(range => range.Window == window.Name).ToHashSet() : [];
            foreach (var (range, from) in since.Where(each => !now.Contains(each.Key)).ToList())
            {
                Write(html, window, range, types.IndexOf(range.Type) % Colours, from * row, (at - from) * row);
                since.Remove(range);
            }

            foreach (var range in now) since.TryAdd(range, at);
            if (at < snapshots.Length && snapshots[at].HasRefused) html.Append(CultureInfo.InvariantCulture, $"<rect class=\"bad\" x=\"0\" y=\"{at * row:0.#}\" width=\"8\" height=\"{row:0.#}\"><title>{HtmlPage.Text(snapshots[at].Text)}</title></rect>\n");
        }

        html.Append("</svg>\n");
    }

    private static void Write(StringBuilder html, WindowPlan window, TakenRange range, int colour, double y, double height)
    {
        var x = Left + (Width * ((double)(range.Range.Start - window.Range.Start) / window.Range.Bytes));
        var width = Math.Max(Width * ((double)range.Range.Bytes / window.Range.Bytes), 1);
        html.Append(CultureInfo.InvariantCulture, $"<rect class=\"t{colour} {(range.CanMove ? "edge" : "fixed")}\" x=\"{x:0.##}\" y=\"{y:0.#}\" width=\"{width:0.##}\" height=\"{height:0.#}\"><title>{HtmlPage.Text($"{range.Device} ({range.Type}) {range.Range}")}</title></rect>\n");
    }
}
