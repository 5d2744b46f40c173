using Fast.Machines;

namespace Fast.Tests;

/// <summary>What listings contain beyond the obvious.</summary>
public sealed class ListingTrapTests
{
    private const string Gpu = "3b:00.0 3D controller: NVIDIA Corporation GH100 (rev a1)\n";
    private const string Bar = "\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n";

    [TestCase("512K", 512UL << 10)]
    [TestCase("16M", 16UL << 20)]
    [TestCase("128G", 128UL << 30)]
    [TestCase("1T", 1UL << 40)]
    [TestCase("256", 256UL)]
    public void Sizes_are_binary(string size, ulong bytes) =>
        Assert.That(Only($"\tRegion 0: Memory at f0000000 (32-bit, non-prefetchable) [size={size}]\n").Bytes, Is.EqualTo(bytes));

    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [disabled] [size=128G]\n")]
    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [virtual] [size=128G]\n")]
    [TestCase("\tRegion 2: [virtual] Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n")]
    [TestCase("\tRegion 2: [enhanced] Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n")]
    [TestCase("        Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n")]
    [TestCase("Region 2: Memory at 0000084000000000 (64-bit, prefetchable) [size=128G]")]
    [TestCase("> \tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G]\r\n")]
    [TestCase(" *       Memory at 84000000000 (64-bit, prefetchable) [virtual] [size=128G]\n")]
    [TestCase("> > Region 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n> > \n")]
    public void A_memory_BAR_counts_however_it_is_decorated(string line)
    {
        var bar = Only(line);
        Assert.Multiple(() =>
        {
            Assert.That(bar.IsMappable);
            Assert.That(bar.Address, Is.EqualTo(0x84000000000UL));
            Assert.That(bar.Bytes, Is.EqualTo(128UL << 30));
            Assert.That(bar.Is64 && bar.Prefetchable);
        });
    }

    [Test]
    public void Disabled_and_virtual_are_kept()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Only("Region 0: Memory at f0000000 (32-bit, non-prefetchable) [disabled] [size=4K]\n").IsDisabled);
            Assert.That(Only("Region 0: Memory at f0000000 (32-bit, non-prefetchable) [virtual] [size=4K]\n").IsVirtual);
        });
    }

    [TestCase("unassigned")]
    [TestCase("ignored")]
    public void A_BAR_without_address_beside_others_is_a_note(string word)
    {
        var selection = Select(Gpu + $"\tRegion 0: Memory at <{word}> (32-bit, non-prefetchable) [size=16M]\n" + Bar);
        Assert.Multiple(() =>
        {
            Assert.That(selection.Error, Is.Null);
            Assert.That(selection.Devices.Single().MappableBars.Count(), Is.EqualTo(1));
            Assert.That(selection.Notes.Single().ToString(), Is.EqualTo($"line 2: region 0 of 3b:00.0 is <{word}> and is not counted"));
        });
    }

    [Test]
    public void A_device_whose_only_BARs_are_unassigned_is_an_error()
    {
        var selection = Select(Gpu + "\tRegion 0: Memory at <unassigned> (64-bit, prefetchable) [size=16M]\n\tRegion 2: Memory at <unassigned> (64-bit, prefetchable) [size=128G]\n");
        Assert.That(selection.Error!.Message, Does.StartWith("test, line 2: the memory BARs of 3b:00.0 are all <unassigned>").And.Contain("Above 4G Decoding"));
    }

    [Test]
    public void BARs_of_SR_IOV_are_parsed_but_belong_to_the_virtual_functions()
    {
        const string Sriov = "\tCapabilities: [bcc v1] Single Root I/O Virtualization (SR-IOV)\n\t\tInitial VFs: 16\n"
            + "\t\tRegion 0: Memory at 00003800fc000000 (64-bit, prefetchable)\n\t\tVF Migration: offset: 00000000, BIR: 0\n\tCapabilities: [c14 v1] Alternative Routing-ID Interpretation (ARI)\n";
        var device = Select(Gpu + Bar + Sriov).Devices.Single();
        Assert.Multiple(() =>
        {
            Assert.That(device.Regions, Has.Length.EqualTo(2));
            Assert.That(device.Regions[1].IsOfVirtualFunctions);
            Assert.That(device.MappableBars.Count(), Is.EqualTo(1));
            Assert.That(device.Bars64, Is.EqualTo(1));
        });
    }

    [Test]
    public void BARs_of_SR_IOV_are_recognised_where_only_region_lines_were_kept()
    {
        var device = Select(Gpu + Bar + "\t\tRegion 2: Memory at 00003800fc000000 (64-bit, prefetchable)\n\t\tRegion 3: Memory at 00003800fd000000 (64-bit, prefetchable)\n").Devices.Single();
        Assert.That(device.Regions.Select(region => region.IsOfVirtualFunctions), Is.EqualTo(new[] { false, true, true }));
    }

    [Test]
    public void An_unassigned_BAR_of_the_next_device_is_not_taken_for_one_of_SR_IOV()
    {
        const string Lost = "Region 1: Memory at <unassigned> (64-bit, prefetchable)\n";
        var listing = PciListing.Read("Region 0: Memory at f0000000 (32-bit, non-prefetchable) [size=16M]\n" + Lost + Lost, "test");
        Assert.That(listing.Devices.Select(device => device.Regions.Length), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public void Oddities_of_other_devices_are_not_told()
    {
        const string Bridge = "00:00.0 Host bridge: Somebody\n\tRegion 0: Memory at <unassigned> (32-bit, prefetchable)\n";
        Assert.Multiple(() =>
        {
            Assert.That(PciListing.Read(Bridge + Gpu + Bar, "test").Notes, Has.Length.EqualTo(1));
            Assert.That(Select(Bridge + Gpu + Bar).Notes, Is.Empty);
        });
    }

    [Test]
    public void A_region_marked_VF_belongs_to_the_virtual_functions() =>
        Assert.That(PciListing.Read(Gpu + Bar + "\tRegion 0: Memory at 3800fc000000 (64-bit, prefetchable) [size=16M] VF\n", "test").Devices[0].Regions[1].IsOfVirtualFunctions);

    [Test]
    public void Region_lines_alone_begin_a_device_where_the_number_falls()
    {
        var all = string.Concat(Enumerable.Repeat("Region 0: Memory at f0000000 (64-bit, prefetchable) [size=16M]\n" + Bar, 3));
        Assert.That(PciListing.Read(all, "test").Devices.Select(device => device.Regions.Length), Is.EqualTo(new[] { 2, 2, 2 }));
    }

    [Test]
    public void Unnumbered_fragments_are_parted_by_blank_lines()
    {
        const string Line = "Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n";
        Assert.That(PciListing.Read(Line + "\n" + Line + Line, "test").Devices.Select(device => device.Regions.Length), Is.EqualTo(new[] { 1, 2 }));
    }

    [TestCase("0000:3b:00.0", "0000:3b:00.0")]
    [TestCase("10000:01:00.0", "10000:01:00.0")]
    [TestCase("3b:00.0", "3b:00.0")]
    [TestCase("00:01.1/00.0/00.0", "00:01.1/00.0/00.0")]
    public void Addresses_with_domain_and_short_paths_are_devices(string written, string address) =>
        Assert.That(Select(written + " 3D controller: NVIDIA\n" + Bar).Devices.Single().Address, Is.EqualTo(address));

    [Test]
    public void Numeric_listings_have_codes()
    {
        var device = Select("0a:00.0 0302: 10de:2330 (rev a1)\n" + Bar).Devices.Single();
        Assert.Multiple(() =>
        {
            Assert.That(device.ClassCode, Is.EqualTo(0x0302));
            Assert.That(device.Class, Is.EqualTo("3D controller"));
            Assert.That(device.DeviceId, Is.EqualTo(0x2330));
        });
    }

    [TestCase("VGA compatible controller", true)]
    [TestCase("3D controller", true)]
    [TestCase("Display controller", true)]
    [TestCase("Processing accelerators", true)]
    [TestCase("Ethernet controller", false)]
    public void Display_controllers_and_accelerators_are_selected_by_class(string name, bool selected) =>
        Assert.That(Select($"0a:00.0 {name}: Somebody\n\tRegion 0: Memory at f0000000 (64-bit, prefetchable) [size=16M]\n").Error is null, Is.EqualTo(selected));

    [TestCase("1G", true)]
    [TestCase("512M", false)]
    public void Any_other_device_is_selected_from_1_GiB_on(string size, bool selected)
    {
        var selection = Select($"0a:00.0 Ethernet controller: Somebody\n\tRegion 0: Memory at f0000000 (64-bit, prefetchable) [size={size}]\n");
        Assert.That(selection.Error is null, Is.EqualTo(selected));
        if (!selected) Assert.That(selection.Error!.Message, Does.Contain("no display controller").And.Contain("512M"));
    }

    [Test]
    public void A_listing_without_any_memory_BAR_is_an_error() =>
        Assert.That(Select(Gpu + "\tRegion 4: I/O ports at e000 [size=256]\n").Error!.Message, Is.EqualTo("test: 1 device, but no memory BAR; take the output of 'lspci -vv', whole lines"));

    [Test]
    public void Prose_prompts_and_bridges_do_no_harm()
    {
        const string Mail = "$ sudo lspci -vv -s 3b:00.0\nHello,\nRegion 2 is the large one.\n" + Gpu
            + "\tBus: primary=00, secondary=01\n\tMemory behind bridge: 81000000-811fffff [size=2M] [32-bit]\n\tPrefetchable memory behind bridge: 380000000000-382002ffffff [size=131120M] [64-bit]\n"
            + Bar + "-- \nRegards";
        Assert.That(Select(Mail).Devices.Single().Regions, Has.Length.EqualTo(1));
    }

    [Test]
    public void Comments_and_a_byte_order_mark_are_passed_over() =>
        Assert.That(Select("\uFEFF" + Gpu + "# taken on the host\n" + Bar).Devices.Single().Address, Is.EqualTo("3b:00.0"));

    private static GpuSelection Select(string text) => PciListing.Read(text, "test").SelectGpus();

    private static PciRegion Only(string line)
    {
        var listing = PciListing.Read(line, "test");
        Assert.That(listing.Error, Is.Null);
        return listing.Devices.Single().Regions.Single();
    }
}
