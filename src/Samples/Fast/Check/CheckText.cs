using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>A check for people: findings first, then what they rest on.</summary>
internal static class CheckText
{
    /// <summary>Writes it.</summary>
    public static void Write(CheckDocument document, CheckRun run, CliStreams streams)
    {
        var page = new Page(streams);
        var counts = Enum.GetValues<Severity>().Reverse().Select(severity => (severity, Count: run.Findings.Count(finding => finding.Severity == severity))).Where(pair => pair.Count != 0);
        page.Strong(run.Findings.IsEmpty ? "Nothing found that makes BARs slow to map." : $"Findings: {string.Join(", ", counts.Select(pair => Numbers.Count(pair.Count, Words.Of(pair.severity))))}.");
        foreach (var finding in run.Findings)
        {
            page.Line();
            FindingsText.Write(page, Words.Of(finding.Severity), $"{finding.Id}: {finding.Where}", finding.Text, finding.Remedy);
        }

        Machine(page, document, run.Facts);
        Devices(page, document);
        if (document.Process is { } process) ProcessText.Write(page, process);
        if (document.SelfTest is { } parts) SelfTest(page, parts);
        if (document.Notes.IsEmpty) return;
        page.Line();
        foreach (var note in document.Notes) page.Line($"Note: {note}.");
    }

    private static void Machine(Page page, CheckDocument document, CheckFacts facts)
    {
        page.Heading("Machine");
        page.Line($"Linux {document.Kernel.Release ?? "?"}: {Behaviour(facts)}.");
        page.Line($"Transparent huge pages: {document.Kernel.Thp ?? "none"}. Memory: {(document.MemoryBytes is { } bytes ? Numbers.Bytes(bytes) : "?")}; huge pages: {Pools(document)}.");
        page.Line($"Processor: {document.Cpu.Model ?? "?"}, physical addresses of {document.Cpu.PhysicalBits?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} bits{(document.Cpu.FiveLevels ? ", five-level page tables" : "")}{(document.Cpu.Guest ? ", itself a guest" : "")}.");
        page.Line($"IOMMU: {(document.Iommu.On ? $"on, {Numbers.Count(document.Iommu.Groups, "group")}" : "off")}{string.Concat(document.Iommu.Units.Select(Unit))}. Modules: {(document.Modules.IsEmpty ? "none of VFIO" : string.Join(' ', document.Modules))}.");
        if (!document.Windows.IsEmpty) page.Line($"Windows of host bridges: {string.Join(", ", document.Windows.Select(window => $"{Numbers.Bytes(window.Bytes)} at {window.Start} ({window.Name})"))}.");
        if (!document.Kernel.CommandLine.IsEmpty) page.Line($"Of the command line: {string.Join(' ', document.Kernel.CommandLine)}.");
    }

    private static string Behaviour(CheckFacts facts)
    {
        if (facts.Kernel is not { Profile: var profile } kernel) return $"what it does with BARs is not known ({facts.KernelProblem})";
        var maps = profile.BarFault == BarFault.HugeOrders ? $"maps BARs by leaves of up to 1 GiB{(profile.ThpGatesPfnmaps ? ", if transparent huge pages allow it," : "")}" : "maps BARs by 4 KiB leaves";
        return $"{maps} and looks them up {(profile.Has(VfioPatches.All) ? "leaf by leaf" : "4 KiB at a time")} (profile {profile.Name}, {Words.Of(kernel.Confidence)}: {kernel.Reason})";
    }

    private static string Pools(CheckDocument document) => document.HugePages.IsEmpty ? "none" : string.Join(", ", document.HugePages.Select(pool => $"{pool.Free} of {pool.Total} of {Numbers.Size(pool.PageBytes)} free"));

    private static string Unit(IommuUnitView unit) => $"; {unit.Name} ({unit.Maker}{(unit.AddressBits is { } bits ? $", {bits} bits" : "")}{(unit.LeafBytes.IsEmpty ? "" : $", leaves {string.Join(' ', unit.LeafBytes.Select(Numbers.Size))}")})";

    private static void Devices(Page page, CheckDocument document)
    {
        if (document.Devices.IsEmpty)
        {
            page.Line("Devices: no GPU, nothing bound to vfio-pci, no BAR of 64 MiB or more.");
            return;
        }

        page.Heading("Devices that are or would be passed through");
        page.Rows(
            ["device", "id", "driver", "group", "BAR", "address", "size", "can have", "largest leaf"],
            document.Devices.SelectMany(device => device.Bars.Select((bar, index) => (IReadOnlyList<string>)
            [
                index == 0 ? device.Address : "",
                index == 0 ? $"{device.Vendor}:{device.Device}" : "",
                index == 0 ? device.Driver ?? "-" : "",
                index == 0 ? device.Group is { } group ? $"{group}{(device.GroupType is { } type ? $" {type}" : "")}" : "-" : "",
                $"{bar.Index}",
                bar.Address ?? "none",
                Numbers.Bytes(bar.Bytes),
                bar.ResizableTo is { } most && most != bar.Bytes ? Numbers.Bytes(most) : "-",
                bar.BestLeafBytes is { } leaf ? Numbers.Size(leaf) : "-",
            ])),
            textColumns: 6, leastWidth: Page.AddressCharacters);
    }

    private static void SelfTest(Page page, IReadOnlyCollection<SelfTestView> parts)
    {
        page.Heading("Self-test: memory that was allocated, locked, and read back from the kernel");
        page.Rows(
            ["memory", "size", "in memory", "leaves", "runs", "longest run", "page by page"],
            parts.Select(part => (IReadOnlyList<string>)
            [
                part.Kind,
                Numbers.Bytes(part.Bytes),
                part.PresentPages == 0 ? "-" : Numbers.Bytes(part.PresentPages << Pfn.Shift),
                Leaves.Text(part.Leaves),
                part.RunCount is { } count ? Numbers.Count(count) : part.HiddenPages != 0 ? "hidden" : "-",
                part.LongestRunPages is { } pages ? Numbers.Bytes(pages << Pfn.Shift) : "-",
                part.Agrees switch { true => "the same", false => "DIFFERS", _ => "-" },
            ]),
            leastWidth: Page.AddressCharacters);
        if (parts.FirstOrDefault(part => part.First.Length != 0) is { } first)
            page.Line($"The first runs of {first.Kind}: {string.Join(", ", first.First.Select(run => $"{Numbers.Count((long)run.Pages, "page")} at {run.Start} from frame {run.Pfn}"))}.");
    }
}
