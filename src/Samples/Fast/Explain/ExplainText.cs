using Fast.Machines;

namespace Fast.Tool.Explain;

/// <summary>An explanation for people: what matters most first, then every BAR, then what to do.</summary>
internal static class ExplainText
{
    /// <summary>Writes it.</summary>
    public static void Write(ExplainDocument document, Page page)
    {
        var request = document.Request;
        page.Line($"{HostInput.Title(document.Host)}: {Numbers.Count(document.Devices.Length, "device")}; host Linux {request.HostKernel} (profile {document.Profile.Name}, {document.Profile.Confidence}), {request.Vmm}, transparent huge pages {request.Thp}{(request.Advised ? ", MADV_HUGEPAGE" : "")}, {request.Backend}, IOMMU {request.Iommu}");
        var worst = document.Findings.FirstOrDefault(finding => finding.Severity != Words.Of(Severity.Note));
        page.Strong(worst is null ? "Every BAR has the largest leaves that it can have." : $"First: {worst.Text}.");
        if (worst?.Remedy is { } remedy) page.Strong($"Change: {remedy}.");
        foreach (var group in document.Devices.GroupBy(device => (device.Name, device.Driver, string.Join(' ', device.Bars.Select(Shape))))) WriteDevices(page, [.. group]);
        FindingsText.WriteAll(page, document.Findings);
        foreach (var note in document.Notes) page.Line($"note: {note}");
        WriteExecuted(page, document);
    }

    /// <summary>The rules and their cases.</summary>
    public static void WriteRules(Page page)
    {
        page.Line("Rules that keep larger leaves away, in the order in which they are asked. Each has a case that triggers it and no other: 'fast explain --case RULE'.");
        page.Rows(["rule", "case", "options"], ExplainCases.All.Select(each => (IReadOnlyList<string>)[each.Id, each.Title, each.Options]), textColumns: 3);
    }

    private static void WriteDevices(Page page, List<ExplainedDeviceView> devices)
    {
        var first = devices[0];
        var alike = devices.Count == 1 ? "" : $" ({devices.Count} alike; addresses are the first one's)";
        page.Heading($"{string.Join(", ", devices.Select(device => device.Address))}: {first.Name}{alike}");
        page.Rows(["BAR", "table", "part", "leaves", "next larger", "what keeps it away"], first.Bars.SelectMany(Rows), textColumns: 6);
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(ExplainedBarView bar)
    {
        var name = $"{(bar.Region is { } region ? $"Region {region}" : "region")}, {Numbers.Size(bar.Bytes)}";
        foreach (var stretch in bar.Cpu)
        {
            yield return Row(name, "CPU", stretch, bar.Bytes);
            name = "";
        }

        foreach (var stretch in bar.Iommu) yield return Row("", "IOMMU", stretch, bar.Bytes);
        yield return ["", "", "", Numbers.Count((long)bar.LookupsPerEvent, "lookup"), "", "for each warm map event"];
    }

    private static IReadOnlyList<string> Row(string name, string table, StretchView stretch, ulong bytes)
    {
        var part = stretch.Bytes >= bytes ? "all" : $"0x{stretch.Offset:x} + {Numbers.Size(stretch.Bytes)}";
        var leaves = stretch.Leaf is { } leaf ? $"{Numbers.Count((long)stretch.Leaves)} x {leaf}" : "none";
        return stretch.Blocked.IsEmpty
            ? [name, table, part, leaves, "-", "the largest that there is"]
            : [name, table, part, leaves, stretch.Blocked[0].Leaf, $"{stretch.Blocked[0].Rule}: {stretch.Blocked[0].Why}"];
    }

    private static void WriteExecuted(Page page, ExplainDocument document)
    {
        var executed = document.Devices.SelectMany(device => device.Bars).Select(bar => bar.ExecutedEqual).OfType<bool>().ToList();
        if (executed.Count > 0) page.Line($"executed: {Numbers.Count(executed.Count, "BAR")} mapped on real tables here; every leaf {(executed.TrueForAll(equal => equal) ? "is as foreseen" : "is NOT as foreseen: please report this")}");
    }

    private static string Shape(ExplainedBarView bar) =>
        $"{bar.Region} {bar.Bytes} {string.Join(' ', bar.Cpu.Concat(bar.Iommu).Select(stretch => $"{stretch.Offset} {stretch.Bytes} {stretch.Leaf} {stretch.Blocked.FirstOrDefault()?.Rule}"))}";
}
