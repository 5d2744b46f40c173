using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>Each thing that can be asked of a prediction acts, by its own mechanism.</summary>
public sealed class RequestOptionTests
{
    private const ulong G = 1UL << 30;
    private static readonly PredictionRequest One = new() { Devices = SmallHost.Gpus(1), HostKernels = [new KernelVersion(6, 16), new KernelVersion(7, 3)] };

    [Test]
    public void Iommufd_maps_a_bar_as_one_range_where_the_kernel_can_and_else_fails_as_the_real_one()
    {
        var prediction = SmallHost.Predict(One with { Backend = MapBackend.Iommufd, HostKernels = [new KernelVersion(6, 16), new KernelVersion(6, 19), new KernelVersion(7, 3)] });
        var bars = prediction.Kernels.Select(kernel => kernel.Bars[1]).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(bars.Select(bar => bar.Errno), Is.EqualTo(new[] { Errno.EFAULT, Errno.None, Errno.None }));
            Assert.That(bars.Select(bar => (bar.Lookups, bar.IovaToPhys)), Is.All.EqualTo((0UL, 0UL)));
            Assert.That(bars[1].IommuLeaves.ToString(), Is.EqualTo("4 x 1G"));
            Assert.That(bars.Select(bar => bar.MapEvents), Is.All.EqualTo(11), "it changes no event");
            Assert.That(bars.Select(bar => bar.Stage2FaultsPerTouch), Is.All.EqualTo(4), "nor what KVM does");
            Assert.That(prediction.Notes.Select(note => note.Text), Has.Some.Contains("Linux 6.16 maps no BAR (EFAULT)").And.Some.Contains("assumed to be type1's"));
            Assert.That((One with { Backend = MapBackend.Iommufd, HostKernels = [new KernelVersion(6, 1)] }).Check(Knowledge.Default), Is.EqualTo("Linux 6.1 has no iommufd; it came with 6.2"));
        });
    }

    [Test]
    public void Without_mmap_there_are_the_same_events_and_no_time()
    {
        var prediction = SmallHost.Predict(One with { NoMmap = true });
        Assert.That(prediction.Kernels.SelectMany(kernel => kernel.Bars).Select(bar => (bar.MapEvents, bar.Sections, bar.MemorySlots, bar.Lookups, bar.Time.Sum.Center)), Is.All.EqualTo((11UL, 0, 0UL, 0UL, 0.0)));
        Assert.That(prediction.Changes, Is.Empty);
    }

    /// <summary>Each page is pinned once, before the boot; kinds of pages change the price, and what hugetlb would save stands beside.</summary>
    [Test]
    public void Memory_is_pinned_apart_from_the_total()
    {
        var without = SmallHost.Predict(One);
        var with = SmallHost.Predict(One with { Ram = new GuestRam(3 * G, RamKind.Pages4K) });
        var ram = with.Kernels[0].Ram!;
        Assert.Multiple(() =>
        {
            Assert.That(with.Kernels.Select(kernel => kernel.Total), Is.EqualTo(without.Kernels.Select(kernel => kernel.Total)));
            Assert.That((ram.Pages, ram.Calls, ram.ExecutedBytes), Is.EqualTo((3UL * 262_144, 3UL * 512, G)));
            Assert.That(ram.Time.Center, Is.EqualTo(3 * 2139e6 * 0.094e-9).Within(0.1).Percent, "2,139 M instructions were counted for 1 GiB");
            Assert.That(ram.Time.High, Is.EqualTo(2 * ram.Time.Center).Within(1e-9));
            Assert.That(ram.HugetlbTime!.Value.Center, Is.EqualTo(3 * 1108e6 * 0.094e-9).Within(0.1).Percent);
            Assert.That(SmallHost.Predict(One with { Ram = new GuestRam(2 * G, RamKind.Hugetlb1G) }).Kernels[0].Ram!.HugetlbTime, Is.Null);
            Assert.That((One with { Ram = new GuestRam(4096, RamKind.Hugetlb2M) }).Check(Knowledge.Default), Is.EqualTo("4K of memory are not whole pages of 2M"));
            Assert.That(SmallHost.Predict(One with { Backend = MapBackend.Iommufd, Ram = new GuestRam(G, RamKind.Thp) }).Kernels[0].Ram!.Pages, Is.EqualTo(262_144));
        });
    }

    [Test]
    public void A_bar_that_finds_no_place_has_no_event_and_is_named()
    {
        var prediction = SmallHost.Predict(One with { Devices = SmallHost.Gpu("64M", "64G"), PhysicalBits = 38 });
        Assert.Multiple(() =>
        {
            Assert.That(prediction.Devices[0].Bars.Select(bar => bar.IsVisible), Is.EqualTo(new[] { true, false }));
            Assert.That(prediction.Kernels[0].Bars[1].Time.Sum.Center, Is.Zero);
            Assert.That(prediction.Notes.Select(note => note.Text), Has.Some.Contains("Region 1, 64G").And.Some.Contains("38 bits under ovmf, whose window above 4G has 32G"));
            Assert.That(SmallHost.Predict(One with { PhysicalBits = 46 }).Devices[0].Bars.Select(bar => bar.IsVisible), Is.All.True);
            Assert.That(SmallHost.Predict(One with { PhysicalBits = 38, Ram = new GuestRam(256 * G, RamKind.Hugetlb1G) }).Notes.Select(note => note.Text), Has.Some.Contains("such a VM does not start"));
        });
    }

    [Test]
    public void So_many_devices_as_were_asked_for()
    {
        var listing = PciListing.Read(TestData.Read("b200-host-lspci-regions.txt"), "b200").SelectGpus();
        var eight = listing.Take(8);
        var bars = eight.Devices.SelectMany(device => device.MappableBars).OrderBy(bar => bar.Address).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(eight.Devices, Has.Length.EqualTo(8));
            Assert.That(eight.Devices.Select(device => device.Label), Is.Unique);
            Assert.That(eight.Notes[^1].Text, Does.Contain("the listing has 1 device; 7 more like"));
            for (var i = 1; i < bars.Length; i++) Assert.That(bars[i].Address!.Value, Is.GreaterThanOrEqualTo(bars[i - 1].Address!.Value + bars[i - 1].Bytes!.Value));
            Assert.That(eight.Take(2).Devices, Has.Length.EqualTo(2));
        });
    }

    /// <summary>The table of an H100 lies in the middle of BAR 0; QEMU's log of such a VM shows the first section, 0xb90000 bytes.</summary>
    [Test]
    public void The_msi_x_table_of_a_listing_splits_its_bar()
    {
        const string Listing = """
            3b:00.0 3D controller: NVIDIA Corporation GH100
            	Region 0: Memory at 88042000000 (64-bit, prefetchable) [size=16M]
            	Region 2: Memory at 84000000000 (64-bit, prefetchable) [size=4G]
            	Capabilities: [b0] MSI-X: Enable+ Count=9 Masked-
            		Vector table: BAR=0 offset=00b90000
            		PBA: BAR=0 offset=00ba0000
            	Kernel driver in use: vfio-pci

            """;
        var devices = PciListing.Read(Listing, "h100").SelectGpus().Devices;
        Assert.That(devices[0].Msix, Is.EqualTo(new MsixTable(0, 0xb90000, 9)));
        var bars = SmallHost.Predict(One with { Devices = devices }).Kernels[0].Bars;
        Assert.Multiple(() =>
        {
            Assert.That(bars.Select(bar => bar.Sections), Is.EqualTo(new[] { 2, 1 }));
            Assert.That(bars[0].MemorySlots, Is.EqualTo(2 * bars[0].MapEvents));
            Assert.That(bars[0].LookupsPerEvent, Is.EqualTo(9), "the leaf of 2 MiB around the table is found twice");
            Assert.That(bars[0].IommuLeaves[Fast.PageTables.PageSize.Size4K], Is.EqualTo(511));
        });
    }

    [TestCase("\t\tVector table: BAR=7 offset=00b90000")]
    [TestCase("\t\tVector table: BAR=0 offset=")]
    [TestCase("\t\tVector table: BAR=0 offset=ffff0000")]
    public void A_table_that_cannot_be_splits_nothing(string line)
    {
        var listing = "3b:00.0 3D controller: G\n\tRegion 0: Memory at 88042000000 (64-bit, prefetchable) [size=16M]\n\tCapabilities: [b0] MSI-X: Enable+ Count=9 Masked-\n" + line + "\n";
        Assert.That(SmallHost.Predict(One with { Devices = PciListing.Read(listing, "x").SelectGpus().Devices }).Kernels[0].Bars[0].Sections, Is.EqualTo(1));
    }
}
