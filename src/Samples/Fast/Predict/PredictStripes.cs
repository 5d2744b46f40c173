using System.Globalization;
using System.Text;
using Fast.Machines;
using Fast.PageTables;
using static Fast.Tool.HtmlPage;

namespace Fast.Tool.Predict;

/// <summary>The stripes of a page: where each BAR lies among all of the host, and by which leaves each kernel translates it.</summary>
internal static class PredictStripes
{
    private static readonly (string Size, string Style, ulong Bytes)[] LeafSizes =
        [("1G", "l1g", PageSize.Size1G.Bytes), ("2M", "l2m", PageSize.Size2M.Bytes), ("4K", "l4k", PageSize.Size4K.Bytes)];

    /// <summary>Writes them.</summary>
    public static void Write(StringBuilder html, PredictDocument document, Prediction prediction)
    {
        var bars = prediction.Devices.SelectMany(device => device.Bars.Select(bar => (device.Device.Label, Bar: bar, Start: bar.Region.Address!.Value))).ToList();
        if (bars.Count == 0) return;
        var first = bars.Min(each => each.Start);
        var span = (double)bars.Max(each => each.Start + each.Bar.MappedBytes - first);
        html.Append(CultureInfo.InvariantCulture, $"<h2>BARs in the host's address space, 0x{first:x} and {Numbers.Bytes((ulong)span)} from there</h2>\n");
        html.Append("<p class=\"soft\">Below each: by which leaves a kernel translates it <span class=\"key l1g\"></span>1G <span class=\"key l2m\"></span>2M <span class=\"key l4k\"></span>4K</p>\n");
        foreach (var (label, bar, start) in bars)
        {
            var events = bar.Events.Aggregate(0UL, (sum, each) => sum + each.Maps);
            html.Append(CultureInfo.InvariantCulture, $"<div>{Text(label)} {Text(bar.Region.ToString())}, {(bar.IsVisible || events > 0 ? $"mapped {events} times" : "finds no place in the guest")}</div>\n");
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"stripe\"><span style=\"left:{Percent(start - first, span)}%;width:{Percent(bar.MappedBytes, span)}%\"></span></div>\n");
            WriteLeaves(html, document, label, bar);
        }
    }

    private static void WriteLeaves(StringBuilder html, PredictDocument document, string label, PredictedBar bar)
    {
        html.Append("<div class=\"leaves\">\n");
        foreach (var kernel in document.Kernels)
        {
            var line = kernel.Bars.First(each => each.Device == label && each.Region == bar.Region.Index && each.Bytes == bar.Region.Bytes);
            html.Append(CultureInfo.InvariantCulture, $"<span>Linux {kernel.Kernel}</span><div>");
            foreach (var (size, style, bytes) in LeafSizes.Where(each => line.CpuLeaves[each.Size] > 0))
                html.Append(CultureInfo.InvariantCulture, $"<span class=\"{style}\" title=\"{Numbers.Count(line.CpuLeaves[size])} x {size}\" style=\"width:{Percent((double)bytes * line.CpuLeaves[size], bar.MappedBytes)}%\"></span>");
            html.Append("</div>\n");
        }

        html.Append("</div>\n");
    }
}
