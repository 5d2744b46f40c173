using Fast.Machines;

namespace Fast.Tests;

/// <summary>Public logs, read back into map events.</summary>
public sealed class GuestLogTests
{
    private const string Dgx = "dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt";

    private static LogAnalysis Analyse(string text) => LogAnalysis.Of(GuestLog.Read(text, "log"), Knowledge.Default);

    [Test]
    public void The_dgx_h100_log_has_20_events_in_65_9_seconds_and_32_in_104_7_with_the_gpus_that_it_does_not_show()
    {
        var analysis = Analyse(TestData.Read(Dgx));
        Assert.Multiple(() =>
        {
            Assert.That(analysis.IsBatched, Is.False);
            Assert.That(analysis.Functions.Select(function => (function.Address, function.IsBridge, function.Events)), Is.EqualTo(new[]
            {
                ("0000:00:01.5", true, 4), ("0000:00:01.6", true, 4), ("0000:00:01.7", true, 4), ("0000:00:02.0", true, 4), ("0000:06:00.0", false, 4),
            }));
            Assert.That(analysis.Events, Is.EqualTo(20));
            Assert.That(analysis.Seconds, Is.EqualTo(65.9).Within(0.05));
            Assert.That(analysis.PerPage!.Low, Is.EqualTo(95).Within(0.5));
            Assert.That(analysis.PerPage.High, Is.EqualTo(106).Within(0.5));
            Assert.That((analysis.Extrapolated!.MissingDevices, analysis.Extrapolated.Events), Is.EqualTo((3, 32)));
            Assert.That(analysis.Extrapolated.Seconds, Is.EqualTo(104.7).Within(0.05));
            Assert.That(analysis.Host, Does.Contain("before Linux 6.15"));
            Assert.That(analysis.Log.Unexplained, Is.Empty);
        });
    }

    /// <summary>What the log shows of one GPU is what the register model does in the part that the log covers.</summary>
    [Test]
    public void Events_of_the_log_are_those_of_the_executed_boot()
    {
        var pci = GuestTopology.Of(Enumerable.Repeat(MapEventLawTests.H100, 4), bridgesAbove: 1, emptyPorts: 6);
        var recorder = new MapEventRecorder(pci);
        new GuestBoot().Run(pci);
        var bar = pci.Functions.First(function => function.Bars64 == 3).Bars[1];
        var analysis = Analyse(TestData.Read(Dgx));
        foreach (var (cause, isBridge) in new[] { (MapCause.BridgeSizing, true), (MapCause.BridgeWindowProbe, true), (MapCause.EndpointSizing, false) })
        {
            var inLog = analysis.Functions.First(function => function.IsBridge == isBridge).Gaps.Where(gap => gap.Cause == cause).Sum(gap => gap.Events);
            Assert.That(inLog, Is.EqualTo(recorder.MapsOf(bar, cause)), cause.ToString());
        }
    }

    [Test]
    public void A_kernel_that_sizes_in_one_go_has_its_event_before_the_first_bar()
    {
        var analysis = Analyse("""
            [    0.000000] Linux version 6.16.3-generic
            [    1.000000] pci 0000:00:01.0: [1b36:000c] type 01 class 0x060400 PCIe Root Port
            [    1.600000] pci 0000:00:01.0: BAR 0 [mem 0x81c8e000-0x81c8efff]
            [    1.600100] pci 0000:00:01.0: PCI bridge to [bus 01]
            [    2.200000] pci 0000:00:01.0:   bridge window [mem 0x380000000000-0x381fffffffff 64bit pref]
            [    2.201000] pci 0000:01:00.0: [10de:2330] type 00 class 0x030200 PCIe Endpoint
            [    2.801000] pci 0000:01:00.0: BAR 0 [mem 0x380000000000-0x381fffffffff 64bit pref]
            """);
        Assert.Multiple(() =>
        {
            Assert.That(analysis.IsBatched, Is.True);
            Assert.That(analysis.Events, Is.EqualTo(3));
            Assert.That(analysis.Host, Does.Contain("6.15 or newer"));
        });
    }

    [Test]
    public void Relative_times_old_bar_lines_and_mail_quotes_are_read()
    {
        var analysis = Analyse("""
            > [  +0.000526] pci 0000:02:00.0: [10de:20f1] type 00 class 0x030200
            > [  +0.800000] pci 0000:02:00.0: reg 0x10: [mem 0x00000000-0x00ffffff]
            > [  +0.900000] pci 0000:02:00.0: reg 0x14: [mem 0x100000000000-0x1007ffffffff 64bit pref]
            > [  +0.000526] pci 0000:02:00.0: Max Payload Size set to 128 (was 256, max 256)
            """);
        Assert.That(analysis.Functions.Single().Gaps.Select(gap => (gap.Events, gap.Gap.Seconds)), Is.EqualTo(new[] { (1, 0.8), (1, 0.9) }));
    }

    [Test]
    public void A_slow_gap_that_no_sizing_explains_is_said_and_not_counted()
    {
        var analysis = Analyse("[    1.000000] ACPI: bus type\n[    4.000000] systemd[1]: started\n");
        Assert.That((analysis.Events, analysis.Log.Unexplained.Single().Seconds), Is.EqualTo((0, 3.0)));
    }

    [TestCase("a100-guest-dmesg-bar.txt", 2)]
    [TestCase("nvidia-guest-dmesg-bar0-0m.txt", 2)]
    [TestCase("h100nvl-x4-guest-dmesg-40bit-no-space.txt", 2)]
    [TestCase("rtx4090x6-host-iomem-and-dmesg-rebar.txt", 2)]
    public void Logs_without_a_slow_gap_have_no_event_and_say_which_bars_have_no_place(string file, int problems)
    {
        var analysis = Analyse(TestData.Read(file));
        Assert.That((analysis.Events, analysis.Log.Problems.Length), Is.EqualTo((0, problems)));
    }

    [TestCase("h100-host-lspci-vv.txt", "PCI listing")]
    [TestCase("b200-host-lspci-regions.txt", "PCI listing")]
    [TestCase("qemu-vfio-listener-trace.txt", "QEMU trace")]
    [TestCase("pci-trace-seabios-6.12.107.txt", "QEMU trace")]
    [TestCase("ovmf-debug-log-46bit-quarter-window.txt", "firmware log")]
    [TestCase("command-lines.txt", "command lines")]
    [TestCase("calibration-points.csv", "comma-separated")]
    [TestCase("h100nvl-x4-guest-nvidia-smi-topo.txt", "nvidia-smi")]
    public void What_is_no_log_is_refused_in_one_line_that_names_it(string file, string name)
    {
        var error = GuestLog.Read(TestData.Read(file), file).Error!.Message;
        Assert.That(error, Does.Contain(name).And.Contain("dmesg").And.Not.Contain("\n"));
    }
}
