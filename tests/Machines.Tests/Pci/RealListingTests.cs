using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>Each listing in Data, with the devices and BARs that a person reads in it.</summary>
public sealed class RealListingTests
{
    [Test]
    public void H100_host_has_one_3D_controller_with_three_64_bit_prefetchable_BARs()
    {
        var device = Single("h100-host-lspci-vv.txt");
        Assert.Multiple(() =>
        {
            Assert.That(device.Address, Is.EqualTo("3b:00.0"));
            Assert.That(device.Class, Is.EqualTo("3D controller"));
            Assert.That(device.Name, Is.EqualTo("NVIDIA Corporation GA103"));
            Assert.That(device.Driver, Is.EqualTo("nvidia"));
            Assert.That(Bars(device), Is.EqualTo(new[] { "0:16M@88042000000 64p", "2:128G@84000000000 64p", "4:32M@88040000000 64p" }));
            Assert.That(device.Bars64, Is.EqualTo(3));
        });
    }

    [Test]
    public void B200_fragment_without_device_line_is_one_device_and_says_so()
    {
        var selection = Select("b200-host-lspci-regions.txt");
        Assert.Multiple(() =>
        {
            Assert.That(selection.Devices, Has.Length.EqualTo(1));
            Assert.That(selection.Devices[0].Address, Is.Null);
            Assert.That(selection.Devices[0].Label, Is.EqualTo("regions at line 1"));
            Assert.That(Bars(selection.Devices[0]), Is.EqualTo(new[] { "0:64M@228000000000 64p", "2:256G@220000000000 64p", "4:32M@228044000000 64p" }));
            Assert.That(selection.Notes.Single().Text, Does.Contain("without a device line"));
        });
    }

    [Test]
    public void B300_without_its_region_2_is_read_as_it_stands()
    {
        var device = Single("b300-guest-lspci-vv-region2-missing.txt");
        Assert.Multiple(() =>
        {
            Assert.That(device.Address, Is.EqualTo("01:00.0"));
            Assert.That(device.Name, Is.EqualTo("NVIDIA Corporation Device 3182"));
            Assert.That(Bars(device), Is.EqualTo(new[] { "0:64M@2000000000 64p", "4:32M@2004000000 64p" }));
        });
    }

    [Test]
    public void H20_listing_that_starts_in_the_middle_of_a_device_has_two_devices()
    {
        var selection = Select("h20-guest-lspci-v.txt");
        Assert.Multiple(() =>
        {
            Assert.That(selection.Devices.Select(device => device.Address), Is.EqualTo(new[] { null, "0a:00.0" }));
            Assert.That(Bars(selection.Devices[0]), Is.EqualTo(new[] { "-:128G@14000000000 64p", "-:32M@13000000000 64p" }));
            Assert.That(selection.Devices[0].Driver, Is.EqualTo("nvidia"));
            Assert.That(Bars(selection.Devices[1]), Is.EqualTo(new[] { "-:16M@18002000000 64p", "-:128G@16000000000 64p", "-:32M@18000000000 64p" }));
            Assert.That(selection.Devices[1].ClassCode, Is.EqualTo(0x0302));
            Assert.That(selection.Devices[1].VendorId, Is.EqualTo(0x10de));
            Assert.That(selection.Devices[1].DeviceId, Is.EqualTo(0x2329));
            Assert.That(selection.Devices[1].Name, Is.EqualTo("NVIDIA Corporation Device"));
        });
    }

    [Test]
    public void Vega10_has_three_memory_BARs_and_neither_ports_nor_ROM_among_them()
    {
        var device = Single("radeon-vega10-host-lspci-vv.txt");
        Assert.Multiple(() =>
        {
            Assert.That(device.Class, Is.EqualTo("VGA compatible controller"));
            Assert.That(device.Name, Is.EqualTo("Advanced Micro Devices, Inc. [AMD/ATI] Vega 10 [Radeon PRO WX 8100]"));
            Assert.That(Bars(device), Is.EqualTo(new[] { "0:8G@380400000000 64p", "2:2M@380300000000 64p", "5:512K@fb800000 32" }));
            Assert.That(device.Regions.Select(region => region.Kind), Is.EqualTo(new[] { RegionKind.Memory, RegionKind.Memory, RegionKind.IoPorts, RegionKind.Memory, RegionKind.Rom }));
            Assert.That(device.Regions[^1].IsDisabled);
            Assert.That(device.Bars64, Is.EqualTo(2));
        });
    }

    [Test]
    public void Arc_path_keeps_the_last_address_and_the_bridges_and_no_window_becomes_a_BAR()
    {
        var device = Single("arc-a750-host-lspci-rebar-1g-below4g.txt");
        Assert.Multiple(() =>
        {
            Assert.That(device.Address, Is.EqualTo("03:00.0"));
            Assert.That(device.BridgesAbove, Is.EqualTo(new[] { "00:01.0", "01:00.0", "02:01.0" }));
            Assert.That(Bars(device), Is.EqualTo(new[] { "0:16M@f6000000 64", "2:1G@80000000 64p" }));
        });
    }

    [Test]
    public void MI300X_paths_are_devices_but_have_nothing_to_predict()
    {
        var listing = PciListing.Read(TestData.Read("mi300x-host-lspci-PP.txt"), "mi300x");
        Assert.Multiple(() =>
        {
            Assert.That(listing.Devices.Select(device => device.Address), Is.EqualTo(new[] { "05:00.0", "2b:00.0", "5b:00.0", "65:00.0", "7d:00.0" }));
            Assert.That(listing.Devices[0].BridgesAbove, Has.Length.EqualTo(5));
            Assert.That(listing.SelectGpus().Error!.Message, Is.EqualTo("mi300x: 5 devices, but no memory BAR; take the output of 'lspci -vv', whole lines"));
        });
    }

    [TestCase("a100-guest-dmesg-bar.txt", "a kernel log")]
    [TestCase("dgx-h100-guest-boot-dmesg-4gpu-host6.12.txt", "a kernel log")]
    [TestCase("nvidia-guest-dmesg-bar0-0m.txt", "a kernel log")]
    [TestCase("h100nvl-x4-guest-dmesg-40bit-no-space.txt", "a kernel log")]
    [TestCase("rtx4090x6-host-iomem-and-dmesg-rebar.txt", "/proc/iomem")]
    [TestCase("h100nvl-x4-guest-nvidia-smi-topo.txt", "nvidia-smi")]
    [TestCase("ovmf-debug-log-46bit-quarter-window.txt", "a firmware log")]
    [TestCase("pci-trace-seabios-6.16.12.txt", "a QEMU trace")]
    [TestCase("qemu-vfio-listener-trace.txt", "a QEMU trace")]
    [TestCase("qemu-dma-map-failure-iommufd-log.txt", "a QEMU trace or log")]
    [TestCase("command-lines.txt", "command lines")]
    [TestCase("calibration-points.csv", "comma-separated")]
    [TestCase("gpu-bar-table.csv", "comma-separated")]
    [TestCase("iommu-map-ns-genpt-v7.csv", "comma-separated")]
    public void A_file_that_is_no_listing_is_refused_by_what_it_looks_like(string file, string kind)
    {
        var listing = PciListing.Read(TestData.Read(file), file);
        Assert.That(listing.Error, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(listing.Error!.Message, Does.StartWith(file).And.Contain(kind).And.Contain("lspci -vv"));
            Assert.That(listing.Error.Message, Does.Not.Contain("\n"));
        });
    }

    [Test]
    public void Every_file_in_Data_is_either_a_listing_or_refused()
    {
        foreach (var path in Directory.GetFiles(TestData.Folder))
        {
            var name = Path.GetFileName(path);
            if (name == "SOURCES.md") continue;
            var listing = PciListing.Read(File.ReadAllText(path), name);
            Assert.That(listing.Error is null, Is.EqualTo(TestData.Listings.Contains(name)), name);
        }
    }

    [Test]
    public void Built_in_host_is_four_H100_whose_BARs_do_not_overlap()
    {
        var host = BuiltInHosts.Find(BuiltInHosts.Default)!;
        var bars = host.SelectGpus().Devices.SelectMany(device => device.MappableBars).OrderBy(bar => bar.Address).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(BuiltInHosts.Names, Does.Contain("dgx-h100"));
            Assert.That(host.Devices.Select(device => device.Address), Is.EqualTo(new[] { "1b:00.0", "61:00.0", "c3:00.0", "df:00.0" }));
            Assert.That(bars.Select(bar => bar.Bytes).Order().Distinct(), Is.EqualTo(new ulong?[] { 16UL << 20, 32UL << 20, 128UL << 30 }));
            Assert.That(bars.Zip(bars.Skip(1)).All(pair => pair.First.Address + pair.First.Bytes <= pair.Second.Address));
            Assert.That(bars.All(bar => bar.Address % bar.Bytes == 0));
            Assert.That(host.Notes, Is.Empty);
        });
    }

    private static GpuSelection Select(string file)
    {
        var selection = PciListing.Read(TestData.Read(file), file).SelectGpus();
        Assert.That(selection.Error, Is.Null);
        return selection;
    }

    private static PciDevice Single(string file) => Select(file).Devices.Single();

    private static string[] Bars(PciDevice device) =>
    [
        .. device.MappableBars.Select(bar =>
            $"{bar.Index?.ToString() ?? "-"}:{BinarySize.Format(bar.Bytes!.Value)}@{bar.Address:x} {(bar.Is64 ? "64" : "32")}{(bar.Prefetchable ? "p" : "")}"),
    ];
}
