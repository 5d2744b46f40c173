using System.Globalization;
using Fast.Machines;
using Fast.Tool.Map;

namespace Fast.Tool.Predict;

/// <summary>A prediction for people: the answer first, then what it is made of, then what it stands on.</summary>
internal static class PredictText
{
    private const int MostAddresses = 4;

    /// <summary>Writes the prediction.</summary>
    public static void Write(PredictDocument document, Prediction prediction, CliStreams streams)
    {
        var page = new Page(streams);
        page.Line(PredictAnswer.Question(document));
        foreach (var line in PredictAnswer.Lines(document)) page.Strong(line);
        // What is not in the answer stands beside it, not below the tables.
        foreach (var note in document.Notes) page.Line($"note: {note}");
        foreach (var group in document.Devices.GroupBy(device => (device.Name, string.Join(' ', device.Bars), string.Join(' ', device.MapEvents.Select(events => events.Count)))))
            WriteDevices(page, document, prediction, [.. group]);
        WriteTotals(page, document);
        WriteChanges(page, document);
        WriteGrounds(page, document, prediction);
    }

    private static void WriteDevices(Page page, PredictDocument document, Prediction prediction, List<DeviceView> devices)
    {
        var first = devices[0];
        var alike = devices.Count == 1 ? "" : $" ({devices.Count} alike, figures for each)";
        var addresses = devices.Count > MostAddresses ? $"{first.Address} to {devices[^1].Address}" : string.Join(", ", devices.Select(device => device.Address));
        page.Heading($"{addresses}{(first.Name.Length > 0 ? ": " + first.Name : "")}{alike}");
        var rows = new List<IReadOnlyList<string>>();
        for (var i = 0; i < first.Bars.Length; i++)
        {
            var bar = first.Bars[i];
            var perKernel = document.Kernels.Select(kernel => kernel.Bars.First(each => each.Device == first.Address && each.Region == bar.Region && each.Bytes == bar.Bytes)).ToList();
            var name = $"{(bar.Region is { } region ? $"Region {region}" : "region")}, {Numbers.Size(bar.Bytes)}";
            if (!bar.Visible && perKernel[0].MapEvents == 0)
            {
                rows.Add([name, "finds no place; the guest does not see it", .. perKernel.Select(_ => "-")]);
                continue;
            }

            rows.Add([name, "leaves in the CPU's table", .. perKernel.Select(each => Leaves.Text(each.CpuLeaves))]);
            rows.Add(["", "lookups per map event", .. perKernel.Select(each => Numbers.Count((long)each.LookupsPerEvent))]);
            if (!prediction.Request.Iommu.IsCounted) rows.Add(["", "leaves in the IOMMU's table", .. perKernel.Select(each => Leaves.Text(each.IommuLeaves))]);
            rows.Add(["", "CPU tables", .. perKernel.Select(each => Numbers.Bytes(each.CpuTableBytes))]);
            rows.Add(["", "stage-2 faults of a guest that touches it all", .. perKernel.Select(each => Numbers.Count((long)each.Stage2FaultsPerTouch))]);
            rows.Add(["", $"map, {perKernel[0].MapEvents} times{(perKernel[0].Sections > 1 ? $", in {perKernel[0].Sections} sections" : "")}", .. perKernel.Select(each => each.Errno ?? Time(page, each.Map))]);
            rows.Add(["", $"unmap, {perKernel[0].UnmapEvents} times ({document.Bases.Unmap})", .. perKernel.Select(each => each.Errno ?? Time(page, each.Unmap))]);
        }

        page.Rows(["BAR", "", .. document.Kernels.Select(kernel => $"Linux {kernel.Kernel}")], rows, textColumns: 2);
        if (first.MapEvents.Length > 0) page.Line($"Map events per boot, {Prediction.EventsBasis}: {string.Join(" + ", first.MapEvents.Select(events => $"{events.Count} {events.Id}"))}.");
    }

    private static void WriteTotals(Page page, PredictDocument document)
    {
        page.Heading("All devices");
        page.Rows(
            ["", .. document.Kernels.Select(kernel => $"Linux {kernel.Kernel}")],
            [
                ["map", .. document.Kernels.Select(kernel => MapText.Band(kernel.Total.Map))],
                [$"unmap ({document.Bases.Unmap})", .. document.Kernels.Select(kernel => MapText.Band(kernel.Total.Unmap))],
                ["together", .. document.Kernels.Select(kernel => Numbers.Band(kernel.Total.Seconds, kernel.Total.Low, kernel.Total.High))],
                .. MapCauses.Phases.Select((phase, at) => (IReadOnlyList<string>)[$"  of it: {phase}", .. document.Kernels.Select(kernel => Numbers.Seconds(kernel.Phases[at].Map.Seconds + kernel.Phases[at].Unmap.Seconds))]),
                .. document.Request.Ram is { } ram
                    ? (IEnumerable<IReadOnlyList<string>>)
                    [
                        [$"apart: pinning {Numbers.Bytes(ram.Bytes)} of memory ({ram.Pages})", .. document.Kernels.Select(kernel => kernel.Ram!.Errno ?? MapText.Band(kernel.Ram.Map))],
                        .. document.Kernels[0].Ram!.MapHugetlb is null ? (IEnumerable<IReadOnlyList<string>>)[] : [["  with hugetlb pages of 2M", .. document.Kernels.Select(kernel => kernel.Ram!.Errno ?? MapText.Band(kernel.Ram.MapHugetlb!))]],
                    ]
                    : [],
                ["behaviour of the kernel", .. document.Kernels.Select(kernel => kernel.Profile.Confidence)],
            ]);
    }

    private static void WriteChanges(Page page, PredictDocument document)
    {
        if (document.Changes.IsEmpty) return;
        page.Heading($"What to change, compared with Linux {document.Baseline}");
        page.Rows(
            ["change", "saves", "then left"],
            Ordered(document).Select(change => (IReadOnlyList<string>)
            [
                (change.Alternative ? "or, " : "") + change.Text,
                change.SavesSeconds > 0 ? Numbers.Seconds(change.SavesSeconds) : "-",
                Numbers.Seconds(change.After.Seconds),
            ]));
    }

    /// <summary>The changes as they are shown: those that save, all together, what saves nothing, and the alternatives at last.</summary>
    internal static IEnumerable<ChangeView> Ordered(PredictDocument document) =>
        document.Changes.Concat(document.Together is { } together ? [together] : []).OrderBy(change => (change.Alternative, change.SavesSeconds == 0));

    private static void WriteGrounds(Page page, PredictDocument document, Prediction prediction)
    {
        page.Heading("What this stands on");
        var knowledge = document.Knowledge;
        page.Line($"steps: executed {document.Executed} cases on real tables here, repeated {Numbers.Count((long)document.Repeated)} times for equal map events");
        page.Line($"instructions per step: {string.Join(", ", prediction.Kernels.Select(kernel => $"{Words.Of(kernel.Costs.PerLookup.Small.Confidence)} on {kernel.Costs.Kernel}").Distinct())}");
        page.Line($"{document.Iommu}");
        page.Line($"ns per instruction: {knowledge.NanosecondsPerInstruction}; band of map ×/÷ {knowledge.MapBand}; band of unmap ×/÷ {knowledge.UnmapBand}{(document.Request.Ram is null ? "" : $"; band of memory ×/÷ {knowledge.RamBand}")}");
        if (document.Calibration is { } timed) WriteCalibration(page, timed);
        if (document.Kernels[0].Ram is { } ram) page.Line($"memory: executed {Numbers.Size(ram.ExecutedBytes)} of it on real tables for each kernel, the rest repeats that; {document.Bases.Ram}");
        page.Line($"map events: {Prediction.EventsBasis}, every config access of firmware and guest kernel; it does what real ones were traced doing");
        page.Line($"knowledge: {knowledge.Source}, {knowledge.Fingerprint}");
    }

    private static void WriteCalibration(Page page, CalibrationView timed)
    {
        var rates = new[] { ("map", timed.Map), ("unmap", timed.Unmap), ("memory", timed.Ram) }.Where(each => each.Item2 is not null)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Item1} {each.Item2!.NanosecondsPerInstruction:0.###} ns per instruction, ×/÷ {each.Item2.Band:0.##}, from {Numbers.Count(each.Item2.Points, "timing")}"));
        page.Line($"in their place, timed on {timed.Machine} ({timed.Cpu}, Linux {timed.Kernel}, {timed.Iommu}): {string.Join("; ", rates)}. Source: {timed.Source}");
    }

    // The bands stand in the totals again; a narrow terminal shows them only there.
    private static string Time(Page page, SecondsView time) => page.IsWide ? MapText.Band(time) : Numbers.Seconds(time.Seconds);
}
