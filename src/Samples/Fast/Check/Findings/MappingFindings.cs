using System.Globalization;
using Fast.Host;
using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tool.Check;

/// <summary>How a process has mapped the BARs of its devices.</summary>
internal static class MappingFindings
{
    // The last table takes 8 bytes for each page of 4 KiB.
    private const int BytesPerTableByte = 512;

    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(CheckFacts facts)
    {
        if (facts.Process is not { } process) yield break;
        var isHuge = facts.Kernel?.Profile.BarFault == BarFault.HugeOrders;
        var bars = facts.VfioAreas.Where(area => area.IsBar && area.Area.Bytes >= PageSize.Size2M.Bytes).ToList();
        foreach (var bar in bars)
        {
            var where = $"{NameOf(bar)} at 0x{bar.Area.Start:x}";
            var (is2M, is1G) = (bar.Skew % PageSize.Size2M.Bytes == 0, bar.Skew == 0);
            if (!is2M || (!is1G && bar.Area.Bytes >= PageSize.Size1G.Bytes))
            {
                yield return new Finding(
                    "bar-mmap-not-congruent", isHuge ? SeverityOf(bar, is2M) : Severity.Note, where,
                    $"{Numbers.Bytes(bar.Area.Bytes)} are mapped {Numbers.Size(bar.Skew)} off modulo 1 GiB against the BAR: leaves of {(is2M ? "2M" : "4K")} at best ({bar.BestLeaves}){(isHuge ? "" : "; this kernel uses 4K anyway")}",
                    "use a VMM that aligns the mmap of BARs: QEMU 9.2 or newer (RHEL 9.7's has it), cloud-hypervisor from June 2026");
            }

            if (bar.Area.Flags.Contains("nh"))
                yield return new Finding("bar-advised-against", isHuge ? facts.PageByPage : Severity.Note, where, "the area was advised against huge pages (MADV_NOHUGEPAGE): it gets 4 KiB leaves", "start the VMM without it");
            if (bar.Candidates is [var whole, ..] && bar.Candidates.All(one => one.Bytes == whole.Bytes) && bar.Area.Bytes < whole.Bytes)
                yield return new Finding("bar-mapped-in-part", Severity.Note, where, $"{Numbers.Bytes(bar.Area.Bytes)} of a BAR of {Numbers.Bytes(whole.Bytes)}: MSI-X tables and quirks split it, and each part has its own leaves ({bar.BestLeaves}) and its own MAP_DMA", "nothing, unless a part is far smaller than the BAR");
        }

        var all = bars.Aggregate(0UL, (sum, bar) => sum + bar.Area.Bytes);
        if (process.PageTables is { } tables && all >= PageSize.Size1G.Bytes && tables >= all / BytesPerTableByte)
        {
            yield return new Finding(
                "bars-in-small-leaves", facts.PageByPage, string.Create(CultureInfo.InvariantCulture, $"process {process.Id} VmPTE"),
                $"its page tables have {Numbers.Bytes(tables)}, at least what {Numbers.Bytes(all)} of BARs take in 4 KiB leaves ({Numbers.Bytes(all / BytesPerTableByte)}); in 1 GiB leaves it would be some KiB", "see the findings about kernel, THP and alignment; the leaves stay as they are until the VM starts again");
        }
    }

    /// <summary>What the region is called.</summary>
    public static string NameOf(VfioArea area) => area.Candidates is [var only] ? string.Create(CultureInfo.InvariantCulture, $"{only.Device} BAR {area.Region}") : string.Create(CultureInfo.InvariantCulture, $"region {area.Region}");

    private static Severity SeverityOf(VfioArea bar, bool is2M) => is2M ? Severity.Warning : bar.Area.Bytes >= 1UL << 34 ? Severity.Error : Severity.Warning;
}
