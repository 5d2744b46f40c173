using System.Globalization;
using System.Text.RegularExpressions;
using Fast.Linux;
using Fast.Machines;
using static Fast.Tests.FitMachines;

namespace Fast.Tests;

/// <summary>Address spaces that people reported: the same devices land, or do not, where they said.</summary>
public sealed partial class PublicCaseTests
{
    private static FitRequest Rackspace(ulong ram) => new() { Devices = Host("h100nvl-x4"), RamBytes = ram, PhysicalBits = 40, Window = WindowRule.SeaBios, Bridges = 0 };

    // Rackspace blog, 2025-12-03: memory of the flavor, GPUs that the guest saw.
    [TestCase(256_000_000_000UL, 3)]
    [TestCase(512_000_000_000UL, 2)]
    [TestCase(768_000_000_000UL, 1)]
    [TestCase(256 * G, 2)]
    [TestCase(512 * G, 1)]
    [TestCase(768 * G, 0)]
    public void A_40_bit_guest_sees_as_many_GPUs_as_have_a_multiple_of_256_GiB_above_memory(ulong ram, int seen)
    {
        var result = Fitter.Place(Rackspace(ram / 4096 * 4096));
        var cures = FitCures.Of(result);
        var bits = cures.Single(cure => cure.Id == "phys-bits").After.Request.PhysicalBits;
        Assert.Multiple(() =>
        {
            Assert.That(result.Complete, Is.EqualTo(seen));
            Assert.That(bits, Is.EqualTo(41));
            Assert.That(cures[0].Text, Does.Contain("hw:maxphysaddr_bits=41"));
            Assert.That(cures.Where(cure => cure.Id == "fewer").Select(cure => cure.After.Devices.Length), Is.EqualTo(seen == 0 ? [] : new[] { seen }));
        });
    }

    [TestCase(256 * G, "0x4000000000", "254G")]
    [TestCase(512 * G, "0x8000000000", "510G")]
    public void Memory_in_GiB_costs_a_place_by_the_2_GiB_that_q35_moves(ulong ram, string lost, string enough)
    {
        var result = Fitter.Place(Rackspace(ram));
        var edge = FitFindings.Of(result, [], []).Single(finding => finding.Id == "ram-edge");
        Assert.That(edge.Text, Does.Contain($"2G above the multiple of 256G at {lost}"));
        Assert.That(edge.Remedy, Does.Contain(enough));
        Assert.That(Fitter.Place(Rackspace(ram - (2 * G))).Complete, Is.EqualTo(result.Complete + 1));
    }

    [TestCase(CpuVendor.Amd, "top 1/8 of 40 bits: 1T / 8 = 128G")]
    [TestCase(CpuVendor.Intel, "does not believe 40 bits")]
    public void Under_OVMF_the_same_guest_sees_none(CpuVendor cpu, string says)
    {
        var result = Fitter.Place(Rackspace(256 * G) with { Window = WindowRule.OvmfEighth, Cpu = cpu });
        var bits = FitCures.Of(result).Single(cure => cure.Id == "phys-bits").After.Request.PhysicalBits;
        Assert.Multiple(() =>
        {
            Assert.That(result.Complete, Is.Zero);
            Assert.That(result.Space.Steps, Has.Some.Contains(says));
            Assert.That(bits, Is.EqualTo(43), "1T of 8T");
            Assert.That(Fitter.Place(result.Request with { PhysicalBits = bits - 1 }).Fits, Is.False);
        });
    }

    // Proxmox forum 179366: regions 0 and 4 at these addresses, region 2 absent, a window of 256 GB.
    [Test]
    public void The_B300_lost_its_largest_region_to_a_window_of_256_GiB()
    {
        const string File = "b300-guest-lspci-vv-region2-missing.txt";
        var listed = PciListing.Read(TestData.Read(File), File).Devices;
        var result = Fitter.Place(new FitRequest { Devices = Listed(File), GivenWindow = BusRange.Of(0x2000000000, 256 * G) });
        var bars = result.Devices.Single().Bars;
        var cures = FitCures.Of(result);
        Assert.Multiple(() =>
        {
            Assert.That(bars.Select(bar => (bar.Bar.Region.Index, bar.Range?.Start)), Is.EqualTo(new (int?, ulong?)[] { (0, 0x2000000000), (2, null), (4, 0x2004000000) }));
            Assert.That(listed.Single().Regions.Select(region => (region.Index, region.Address)), Is.EqualTo(new (int?, ulong?)[] { (0, 0x2000000000), (4, 0x2004000000) }), "as the guest's listing has it");
            Assert.That(FitWhy.Of(result, result.Devices.Single(), bars[1]), Does.Contain("multiple of 512G").And.Contain("has no such place"));
            Assert.That(cures[0].Id, Is.EqualTo("window"));
            Assert.That(cures[0].After.Request.GivenWindow!.Value.Bytes, Is.EqualTo(T));
            Assert.That(FitFindings.Of(result, cures, listed).Single(finding => finding.Id == "region-absent").Text, Does.Contain("0x8000000000").And.Contain("896G"));
        });
    }

    // dstack pull request 1165: the end of the hole and the address width, measured.
    [TestCase(32 * G, 0x980000000UL, 36, 1, false)]
    [TestCase(8 * T, 0x80180000000UL, 44, 8, true)]
    [TestCase(1024 * T, 0x4000180000000UL, 51, 8, true)]
    public void The_hole_of_a_TDX_guest_ends_where_dstack_measured(ulong hole, ulong end, int bits, int gpus, bool fits)
    {
        var request = new FitRequest { Devices = Alike(gpus, 16UL << 20, 256 * G, 32UL << 20), RamBytes = 4 * G, Window = WindowRule.QemuHole, Hole64Bytes = hole, PhysicalBits = 52 };
        var result = Fitter.Place(request);
        Assert.Multiple(() =>
        {
            Assert.That(result.Space.Kernel.Memory64!.Value.Last + 1, Is.EqualTo(end));
            Assert.That(result.Space.Steps, Has.Some.Contains($"needs {bits} bits"));
            Assert.That(result.Fits, Is.EqualTo(fits));
            Assert.That(FitFindings.Of(result, [], []).Any(finding => finding.Id == "five-levels"), Is.EqualTo(bits > 48));
        });
        if (!fits) Assert.That(FitCures.Of(result)[0].After.Request.Hole64Bytes, Is.EqualTo(512 * G), "the first multiple of 256G lies at 256G");
    }

    // NVIDIA open-gpu-kernel-modules issue 510: the windows in /proc/iomem.
    [Test]
    public void The_sixth_RTX_4090_gets_12_of_48_GiB()
    {
        var windows = IomemLine().Matches(TestData.Read("rtx4090x6-host-iomem-and-dmesg-rebar.txt")).Select(match => Hex(match.Groups[2].Value) - Hex(match.Groups[1].Value) + 1).Order().ToList();
        var devices = Host("rtx4090x6").Select(device => device with { Bars = [.. device.Bars.Select(bar => bar.Sizes == 0 ? bar : bar.Resized(32 * G))] });
        var request = new FitRequest { Devices = [.. devices], Window = WindowRule.Given, GivenWindow = new BusRange(0x4000000000, 0x7fffffffff), GuestKernel = new KernelVersion(6, 2) };
        var result = Fitter.Place(request);
        var resize = FitCures.Of(result).Single(cure => cure.Id == "resize");
        Assert.Multiple(() =>
        {
            Assert.That(windows, Is.EqualTo(new[] { 12 * G, 48 * G, 48 * G, 48 * G, 48 * G, 48 * G }), "the data");
            Assert.That(result.Ports.Select(port => port.Window?.Bytes), Is.EqualTo(new ulong?[] { 48 * G, 48 * G, 48 * G, 48 * G, 48 * G, null }));
            Assert.That(result.Ports[5].Refused, Is.EqualTo((48 * G, 16 * G)), "no space for [mem size 0xc00000000 64bit pref]");
            Assert.That(result.Complete, Is.EqualTo(5));
            Assert.That(resize.After.Ports.Select(port => port.Window!.Value.Bytes).Order(), Is.EqualTo(windows));
            Assert.That(resize.Text, Does.Contain("8G instead of 32G").And.Contain("12G"));
        });
    }

    // Guest log of the DGX H100 thread, 2024-11-26: ten ports, four of them with a GPU behind.
    [Test]
    public void The_window_of_a_DGX_H100_is_filled_as_its_log_says()
    {
        var log = TestData.Read("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt");
        var result = Fitter.Place(new FitRequest { Devices = Host("dgx-h100"), RamBytes = 943_616UL << 20, SparePorts = 6 });
        var windows = PrefetchableWindow().Matches(log).Select(match => new BusRange(Hex(match.Groups[1].Value), Hex(match.Groups[2].Value)));
        var bars = GpuBar().Matches(log).Select(match => (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), Hex(match.Groups[2].Value)));
        Assert.Multiple(() =>
        {
            Assert.That(result.Space.Firmware.Memory64, Is.EqualTo(new BusRange(0x380000000000, 0x3fffffffffff)));
            Assert.That(result.Ports.Select(port => port.Window!.Value).OrderBy(window => window.Start), Is.EqualTo(windows.OrderBy(window => window.Start)));
            Assert.That(result.Devices[0].Bars.Select(bar => (bar.Bar.Region.Index!.Value, bar.Range!.Value.Start)), Is.EquivalentTo(bars));
            Assert.That(result.Ports.Where(port => port.IsSpare).Select(port => port.Window!.Value.Bytes), Has.All.EqualTo(32 * G));
            Assert.That(FitFindings.Of(result, [], []).Single(finding => finding.Id == "spare-ports").Text, Does.Contain("6 spare ports keep 192G"));
        });
    }

    // Ports as aligned as those with a GPU come before them on the bus, and take the window away from them.
    [Test]
    public void Spare_ports_can_cost_GPUs()
    {
        var request = new FitRequest { Devices = Alike(4, 16UL << 20, 128 * G, 32UL << 20), PhysicalBits = 43, SparePorts = 6, Pref64Reserve = 128 * G };
        var result = Fitter.Place(request);
        var cures = FitCures.Of(result).ToDictionary(cure => cure.Id, cure => cure.After.Request);
        Assert.Multiple(() =>
        {
            Assert.That(result.Complete, Is.EqualTo(1));
            Assert.That(Fitter.Place(request with { SparePorts = 0 }).Complete, Is.EqualTo(4));
            Assert.That(cures["spare-ports"].SparePorts, Is.Zero, "one of them takes the place of one GPU");
            Assert.That(cures["pref64-reserve"].Pref64Reserve, Is.EqualTo(2UL << 20));
            Assert.That(cures["phys-bits"].PhysicalBits, Is.EqualTo(44));
            Assert.That(FitWhy.Of(result, result.Devices[3], result.Devices[3].Bars[1]), Does.Contain("6 spare ports keep 768G"));
        });
    }

    // edk2 pull request 12997.
    [Test]
    public void The_quarter_window_is_the_one_of_OVMFs_log()
    {
        var log = TestData.Read("ovmf-debug-log-46bit-quarter-window.txt");
        var space = GuestAddressSpace.Of(new FitRequest { Devices = [], PhysicalBits = 52, Window = WindowRule.OvmfQuarter });
        var (size, mmio) = (Hex(OvmfSpace().Match(log).Groups[1].Value), Hex(OvmfMmio().Match(log).Groups[1].Value));
        Assert.Multiple(() =>
        {
            Assert.That(space.Firmware.Memory64!.Value.Last + 1, Is.EqualTo(size), "limited to 46 bits");
            Assert.That(space.Firmware.Memory64!.Value.Bytes, Is.EqualTo(mmio));
        });
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex("([0-9a-f]{10})-([0-9a-f]{10}) : PCI Bus")]
    private static partial Regex IomemLine();

    [GeneratedRegex(@"bridge window \[mem 0x([0-9a-f]+)-0x([0-9a-f]+) 64bit pref\]")]
    private static partial Regex PrefetchableWindow();

    [GeneratedRegex(@"06:00\.0: BAR (\d) \[mem 0x([0-9a-f]+)-")]
    private static partial Regex GpuBar();

    [GeneratedRegex("Addr Space 0x([0-9a-f]+)")]
    private static partial Regex OvmfSpace();

    [GeneratedRegex("MMIO Space 0x([0-9a-f]+)")]
    private static partial Regex OvmfMmio();
}
