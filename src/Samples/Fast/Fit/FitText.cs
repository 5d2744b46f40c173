using Fast.Machines;

namespace Fast.Tool.Fit;

/// <summary>Where everything landed, for people: the answer first, then the picture, then what to do.</summary>
internal static class FitText
{
    private const int Cells = 64;

    /// <summary>Writes it.</summary>
    public static void Write(FitDocument document, Page page)
    {
        var request = document.Request;
        var window = request.Window is { } known ? $"window 0x{known.Start:x}-0x{known.Last:x}, firmware {request.Firmware}" : $"{request.Firmware}, {request.PhysBits} bits";
        page.Line($"{HostInput.Title(document.Host)}: {Numbers.Count(document.Devices.Length, "device")}, {Numbers.Bytes(request.Ram)} of memory, {window}, {request.Cpu} CPU, {Numbers.Count(request.Bridges, "bridge")} above each device, {Numbers.Count(request.SparePorts, "spare port")}, guest Linux {request.GuestKernel}");
        WriteAnswer(document, page);
        WriteSteps(document, page);
        WriteMap(document, page);
        WriteCures(document, page);
        FindingsText.WriteAll(page, document.Findings);
        foreach (var note in document.Notes) page.Line($"note: {note}");
    }

    private static void WriteAnswer(FitDocument document, Page page)
    {
        if (document.Fits)
        {
            // What the listing itself says is wrong comes before what would be right in the guest that was placed here.
            var wrong = document.Findings.FirstOrDefault(finding => finding.Severity == Words.Of(Severity.Error));
            if (wrong is not null) page.Strong($"First: {wrong.Text}.");
            page.Strong($"Everything fits{(wrong is null ? "" : " in the guest described here")}{(document.LeastPhysBits is { } least && least < document.Request.PhysBits ? $"; {least} bits of address would do" : "")}.");
            return;
        }

        if (document.Refusal is { } refusal) page.Strong($"The guest does not start: {refusal}.");
        else
        {
            var (device, bar) = document.Devices.SelectMany(device => device.Bars.Where(bar => bar.Why is not null).OrderByDescending(bar => bar.Bytes).Select(bar => (device, bar))).First();
            page.Strong($"{document.Complete} of {Numbers.Count(document.Devices.Length, "device")} fit. The first BAR without a place is {Name(bar)} of {device.Function} ({device.Address}):");
            page.Strong($"{bar.Why}.");
        }

        page.Strong(document.Cures.IsEmpty ? "No single setting that is known here makes everything fit." : $"Change: {document.Cures[0].Text}.");
    }

    private static void WriteSteps(FitDocument document, Page page)
    {
        page.Heading("How the windows came to be");
        foreach (var step in document.Steps) page.Line($"  {step}");
    }

    private static void WriteMap(FitDocument document, Page page)
    {
        page.Heading("Address space");
        var last = (1UL << document.Request.PhysBits) - 1;
        page.Line($"  all {document.Request.PhysBits} bits, {Numbers.Bytes(last + 1)}, {Numbers.Bytes((last + 1) / Cells)} a sign:");
        page.Line($"  |{Strip(document, 0, last)}|");
        if (document.Map.LastOrDefault(region => region is { Kind: "window", Depth: 0, Start: > uint.MaxValue }) is { } window)
        {
            page.Line($"  the window above 4G, {Numbers.Bytes(window.Last - window.Start + 1)}, {Numbers.Bytes((window.Last - window.Start + 1) / Cells)} a sign:");
            page.Line($"  |{Strip(document, window.Start, window.Last)}|");
        }

        page.Line("  R memory   B BAR   p rest of a port's window   s kept by a spare port   w rest of a window   H HyperTransport   . nothing");
        page.Rows(["from", "to", "size", "what"], document.Map.Select(region => (IReadOnlyList<string>)
        [
            $"0x{region.Start:x12}", $"0x{region.Last:x12}", Numbers.Bytes(region.Last - region.Start + 1), new string(' ', 2 * region.Depth) + region.Label,
        ]), textColumns: 4);
        foreach (var device in document.Devices)
        {
            foreach (var bar in device.Bars.Where(bar => bar.Why is not null)) page.Line($"  no place: {Name(bar)} of {device.Function} ({device.Address})");
        }
    }

    /// <summary>One sign for each 64th of a stretch: the most specific thing that lies there.</summary>
    private static string Strip(FitDocument document, ulong first, ulong last)
    {
        var signs = new char[Cells];
        Array.Fill(signs, '.');
        var cell = ((last - first) / Cells) + 1;
        foreach (var region in document.Map.Where(region => region.Start <= last && region.Last >= first).OrderBy(region => region.Depth).ThenBy(region => region.Kind == "bar"))
        {
            if (region.Kind == "free") continue;
            var sign = region.Kind switch { "ram" => 'R', "window" => 'w', "port" => 'p', "sparePort" => 's', "bar" => 'B', _ => 'H' };
            for (var at = (Math.Max(region.Start, first) - first) / cell; at <= (Math.Min(region.Last, last) - first) / cell; at++) signs[at] = sign;
        }

        return new string(signs);
    }

    private static void WriteCures(FitDocument document, Page page)
    {
        if (document.Cures.IsEmpty) return;
        page.Heading("Each of these alone makes everything fit (tried by placing everything again), the smallest value of its kind");
        foreach (var cure in document.Cures) page.Line($"  {cure.Id}: {cure.Text}");
    }

    private static string Name(FittedBarView bar) => $"{(bar.Region is { } region ? $"region {region}" : "a region")} of {Numbers.Size(bar.Bytes)}";
}
