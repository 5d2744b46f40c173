using Fast.Machines;

namespace Fast.Tests;

/// <summary>Every file of Data, what <c>predict</c> makes of it and what <c>log</c> does.</summary>
public sealed class DataFileTests
{
    private const string IsLog = "a kernel log";

    // File; devices that predict finds or what it says; map events that log finds or what it says.
    private static readonly (string File, string Predict, string Log)[] Table =
    [
        ("a100-guest-dmesg-bar.txt", IsLog, "0 events, 2 problems"),
        ("arc-a750-host-lspci-rebar-1g-below4g.txt", "1 devices", "a PCI listing"),
        ("b200-host-lspci-regions.txt", "1 devices", "a PCI listing"),
        ("b300-guest-lspci-vv-region2-missing.txt", "1 devices", "a PCI listing"),
        ("calibration-points.csv", "a table of comma-separated values", "a table of comma-separated values"),
        ("command-lines.txt", "command lines", "command lines"),
        ("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt", IsLog, "20 events, 0 problems"),
        ("gpu-bar-table.csv", "a table of comma-separated values", "a table of comma-separated values"),
        ("h100-host-lspci-vv.txt", "1 devices", "a PCI listing"),
        ("h100nvl-x4-guest-dmesg-40bit-no-space.txt", IsLog, "0 events, 2 problems"),
        ("h100nvl-x4-guest-nvidia-smi-topo.txt", "the output of nvidia-smi", "the output of nvidia-smi"),
        ("h20-guest-lspci-v.txt", "2 devices", "a PCI listing"),
        ("iommu-map-ns-genpt-v7.csv", "a table of comma-separated values", "a table of comma-separated values"),
        ("mi300x-host-lspci-PP.txt", "no memory BAR", "a PCI listing"),
        ("nvidia-guest-dmesg-bar0-0m.txt", IsLog, "0 events, 2 problems"),
        ("ovmf-debug-log-46bit-quarter-window.txt", "a firmware log", "a firmware log"),
        ("pci-trace-ovmf-6.12.107.txt", "a QEMU trace", "a QEMU trace"),
        ("pci-trace-seabios-6.12.107.txt", "a QEMU trace", "a QEMU trace"),
        ("pci-trace-seabios-6.16.12.txt", "a QEMU trace", "a QEMU trace"),
        ("qemu-dma-map-failure-iommufd-log.txt", "a QEMU trace", "a QEMU trace"),
        ("qemu-vfio-listener-trace.txt", "a QEMU trace", "a QEMU trace"),
        ("radeon-vega10-host-lspci-vv.txt", "1 devices", "a PCI listing"),
        ("rtx4090x6-host-iomem-and-dmesg-rebar.txt", "/proc/iomem", "0 events, 2 problems"),
        ("SOURCES.md", "a Markdown document", "a Markdown document"),
    ];

    private static string[] Files() => [.. Directory.EnumerateFiles(TestData.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Test]
    public void The_table_has_every_file() => Assert.That(Table.Select(row => row.File), Is.EquivalentTo(Files()));

    [TestCaseSource(nameof(Files))]
    public void A_file_gives_what_the_table_says(string file)
    {
        var (_, predict, log) = Table.Single(row => row.File == file);
        var text = TestData.Read(file);
        var selection = PciListing.Read(text, file).SelectGpus();
        var read = GuestLog.Read(text, file);
        Assert.Multiple(() =>
        {
            Assert.That(selection.Error?.Message ?? $"{selection.Devices.Length} devices", Does.Contain(predict).And.Not.Contain("\n"));
            Assert.That(read.Error?.Message ?? $"{LogAnalysis.Of(read, Knowledge.Default).Events} events, {read.Problems.Length} problems", Does.Contain(log).And.Not.Contain("\n"));
        });
    }
}
