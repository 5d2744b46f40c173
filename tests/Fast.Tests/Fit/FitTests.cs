using System.Text.Json;
using System.Text.RegularExpressions;

namespace Fast.Tool.Tests.Fit;

internal sealed partial class FitTests
{
    private static readonly string[] Rackspace = ["fit", "h100nvl-x4", "--bridges", "0", "--firmware", "seabios", "--phys-bits", "40"];

    private static string Data(string file) => Path.Combine(AppContext.BaseDirectory, "Data", file);

    [TestCase("256GB", 3)]
    [TestCase("512GB", 2)]
    [TestCase("768GB", 1)]
    [TestCase("256G", 2)]
    [TestCase("512GiB", 1)]
    [TestCase("768G", 0)]
    public void A_40_bit_guest_and_its_memory(string ram, int seen)
    {
        var document = ToolRun.Json([.. Rackspace, "--ram", ram]);
        Assert.Multiple(() =>
        {
            Assert.That(document.GetProperty("complete").GetInt32(), Is.EqualTo(seen));
            Assert.That(document.GetProperty("fits").GetBoolean(), Is.False);
            Assert.That(document.GetProperty("cures")[0].GetProperty("id").GetString(), Is.EqualTo("phys-bits"));
            Assert.That(document.GetProperty("cures")[0].GetProperty("settings").GetProperty("physBits").GetInt32(), Is.EqualTo(41));
        });
    }

    // The guest's own lines: 'BAR 1: no space for [mem size 0x4000000000 64bit pref]'.
    [Test]
    public void The_log_of_that_guest_will_do()
    {
        var run = ToolRun.Of("fit", Data("h100nvl-x4-guest-dmesg-40bit-no-space.txt"), "--gpus", "4", "--bridges", "0", "--firmware", "seabios", "--phys-bits", "40", "--ram", "768GB");
        Assert.That(run.Out, Does.Contain("1 of 4 devices fit").And.Contain("region 1 of 256G").And.Contain("read from a kernel log"));
    }

    [TestCase("a100-guest-dmesg-bar.txt", 1, 3)]
    [TestCase("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt", 1, 3)]
    public void A_log_has_the_BARs_of_its_GPUs(string file, int gpus, int bars)
    {
        var devices = ToolRun.Json("fit", Data(file)).GetProperty("devices").EnumerateArray().ToList();
        Assert.That(devices, Has.Count.EqualTo(gpus));
        Assert.That(devices[0].GetProperty("bars").GetArrayLength(), Is.EqualTo(bars));
    }

    [Test]
    public void The_answer_says_what_does_not_fit_why_and_what_to_change()
    {
        var lines = ToolRun.Of([.. Rackspace, "--ram", "256G"]).Out.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines[1], Is.EqualTo("2 of 4 devices fit. The first BAR without a place is region 1 of 256G of 00:03.0 (07:00.0):"));
            Assert.That(lines[2], Does.StartWith("256G must lie at a multiple of 256G; the window 0x4080000000-0xffffffffff (766G) has 2 such places (0x8000000000, 0xc000000000), and 4 devices want one."));
            Assert.That(lines[3], Does.StartWith("Change: VMM: 41 bits of guest-physical address"));
            Assert.That(lines, Has.Some.Contains("2G above the multiple of 256G at 0x4000000000"));
            Assert.That(lines, Has.Some.EqualTo("  |BRRRRRRRRRRRRRRRBwwwwwwwwwwwwwwwBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB|"), "16 GiB a sign");
        });
    }

    [TestCase("the top 1/8 of 40 bits: 1T / 8 = 128G", "--cpu", "amd")]
    [TestCase("OVMF does not believe 40 bits of an Intel CPU", "--cpu", "intel")]
    public void Under_OVMF_none_fits(string says, params string[] cpu)
    {
        var run = ToolRun.Of(["fit", "h100nvl-x4", "--bridges", "0", "--phys-bits", "40", "--ram", "256G", .. cpu]);
        Assert.That(run.Out, Does.Contain("0 of 4 devices fit").And.Contain(says));
    }

    [Test]
    public void The_B300s_missing_region_and_why()
    {
        var run = ToolRun.Of("fit", Data("b300-guest-lspci-vv-region2-missing.txt"), "--window", "0x2000000000+256G", "--firmware", "ovmf");
        Assert.That(run.Out, Does.Contain("region 2 of 512G").And.Contain("has no such place: the first is 0x8000000000").And.Contain("X-PciMmio64Mb 1048576").And.Contain("must have a region 2 of 512G, and the listing shows none"));
    }

    [Test]
    public void Five_of_six_bridges_find_48_GiB_and_the_sixth_could_have_12()
    {
        var run = ToolRun.Of("fit", "rtx4090x6", "--rebar", "32G", "--window", "0x4000000000-0x7fffffffff");
        Assert.That(run.Out, Does.Contain("5 of 6 devices fit").And.Contain("makes the window of a port with 32G + 32M behind it 48G large").And.Contain("Resizable BAR of 8G instead of 32G for 0a:00.0; the port's window then takes 12G"));
    }

    [TestCase("0x180000000-0x97fffffff, so the address behind it is 0x980000000 and needs 36 bits", "32G", "46")]
    [TestCase("the address behind it is 0x80180000000 and needs 44 bits", "8T", "46")]
    [TestCase("the address behind it is 0x4000180000000 and needs 51 bits", "1P", "52")]
    public void The_holes_that_dstack_measured(string says, string hole, string bits) =>
        Assert.That(ToolRun.Of("fit", Data("b200-host-lspci-regions.txt"), "--firmware", "qemu-hole", "--ram", "4G", "--hole64", hole, "--phys-bits", bits).Out, Does.Contain(says));

    [Test]
    public void Spare_ports_of_a_DGX_are_told()
    {
        var run = ToolRun.Of("fit", "dgx-h100", "--spare-ports", "6", "--ram", "943616M");
        Assert.That(run.Out, Does.Contain("Everything fits; 43 bits of address would do.").And.Contain("6 spare ports keep 192G of the window's 8T (2.3 %), 32G each").And.Contain("0x38e800000000"));
    }

    [TestCase("error", ExitCode.LimitExceeded)]
    [TestCase("note", ExitCode.LimitExceeded)]
    public void A_BAR_without_a_place_is_an_error_for_who_asks(string limit, object exit)
    {
        Assert.That(ToolRun.Of([.. Rackspace, "--ram", "256GB"]).Exit, Is.EqualTo(ExitCode.Done), "it is a result");
        var run = ToolRun.Of([.. Rackspace, "--ram", "256GB", "--fail-on", limit]);
        Assert.That(run.Exit, Is.EqualTo(exit));
        Assert.That(run.Error, Does.StartWith("fast: fit: "));
    }

    [TestCase("error", ExitCode.Done)]
    [TestCase("note", ExitCode.LimitExceeded)]
    public void Spare_ports_are_a_note(string limit, object exit) => Assert.That(ToolRun.Of("fit", "--spare-ports", "1", "--fail-on", limit).Exit, Is.EqualTo(exit));

    [Test]
    public void The_page_is_whole_loads_nothing_and_has_no_script()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "fit.html");
        var run = ToolRun.Of([.. Rackspace, "--ram", "256G", "--html", path]);
        var page = File.ReadAllText(path);
        Assert.Multiple(() =>
        {
            Assert.That(run.Exit, Is.EqualTo(ExitCode.Done));
            Assert.That(page, Does.StartWith("<!DOCTYPE html>").And.EndWith("</html>\n"));
            Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("http").And.Not.Contain("src="));
            Assert.That(page, Does.Contain("2 of 4 devices fit").And.Contain("prefers-color-scheme: dark").And.Contain("maxphysaddr_bits=41"));
            Assert.That(Width().Matches(page), Has.Count.GreaterThan(10));
            Assert.That(File.Exists(path + ".part"), Is.False);
        });
    }

    [TestCase("h100-host-lspci-vv.txt")]
    [TestCase("b200-host-lspci-regions.txt")]
    [TestCase("b300-guest-lspci-vv-region2-missing.txt")]
    [TestCase("h20-guest-lspci-v.txt")]
    [TestCase("radeon-vega10-host-lspci-vv.txt")]
    [TestCase("arc-a750-host-lspci-rebar-1g-below4g.txt")]
    public void A_real_listing_is_placed(string file)
    {
        var document = ToolRun.Json("fit", Data(file), "--gpus", "8");
        Assert.That(document.GetProperty("fits").GetBoolean(), Is.True);
        Assert.That(document.GetProperty("devices").GetArrayLength(), Is.EqualTo(8));
    }

    [TestCase("a kernel log", "nvidia-guest-dmesg-bar0-0m.txt")]
    [TestCase("a firmware log", "ovmf-debug-log-46bit-quarter-window.txt")]
    [TestCase("/proc/iomem", "rtx4090x6-host-iomem-and-dmesg-rebar.txt")]
    [TestCase("no memory BAR", "mi300x-host-lspci-PP.txt")]
    public void Another_text_is_refused_with_what_it_is(string says, string file) => Assert.That(ToolRun.Of("fit", Data(file)).IsRefused().Error, Does.StartWith("fast: fit: ").And.Contain(says));

    [TestCase("write for example 256G (binary) or 256GB (decimal)", "--ram", "manyGB")]
    [TestCase("give 128M to 256T", "--ram", "4K")]
    [TestCase("bits from 32 to 52", "--phys-bits", "64")]
    [TestCase("devices from 1 to 64", "--gpus", "0")]
    [TestCase("OVMF takes it for malformed; the most is 16777216", "--mmio64", "16777217")]
    [TestCase("X-PciMmio64Mb is a setting of OVMF", "--mmio64", "65536", "--firmware", "seabios")]
    [TestCase("did you mean 'seabios'?", "--firmware", "seabois")]
    [TestCase("write for example 0x4000000000-0x7fffffffff", "--window", "256G")]
    [TestCase("is not a window above 4G", "--window", "0x1000-0x2000")]
    [TestCase("the listing names no sizes of resizable BARs", "--rebar", "32G")]
    [TestCase("bridges from 0 to", "--bridges", "99")]
    [TestCase("give at most 4P", "--hole64", "8P")]
    [TestCase("is not a VMM that is known", "--vmm", "xen")]
    public void Wrong_options_are_refused_in_one_line(string says, params string[] args) =>
        Assert.That(ToolRun.Of(["fit", .. args]).IsRefused().Error, Does.StartWith("fast: fit: ").And.Contain(says));

    [Test]
    public void A_VMM_that_a_knowledge_file_brings_is_known()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "fit-knowledge.json");
        ToolRun.Of("predict", "--write-knowledge", path);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"vmm\": \"qemu\"", "\"vmm\": \"mine\"", StringComparison.Ordinal));
        Assert.That(ToolRun.Of("fit", "--vmm", "mine-9.2", "--knowledge", path).Exit, Is.EqualTo(ExitCode.Done));
        Assert.That(ToolRun.Of("fit", "--vmm", "mine-9.2").IsRefused().Error, Does.Contain("known are qemu"));
        Assert.That(ToolRun.Of("fit", "--vmm", "qemu-9.2", "--knowledge", path).IsRefused().Error, Does.Contain("known are mine"));
    }

    [Test]
    public void A_size_that_a_BAR_cannot_have_is_refused_with_those_it_can() =>
        Assert.That(ToolRun.Of("fit", "rtx4090x6", "--rebar", "64G").IsRefused().Error, Does.Contain("region 1 cannot have 64G; it can have 64M, 128M").And.Contain("32G"));

    [GeneratedRegex("width:[0-9.]+%")]
    private static partial Regex Width();
}
