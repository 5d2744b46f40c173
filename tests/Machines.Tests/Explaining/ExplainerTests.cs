using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>Real listings, explained: whole hosts, and the arithmetic of single rules.</summary>
public sealed class ExplainerTests
{
    private const string Gpu = "3b:00.0 3D controller [0302]: NVIDIA Corporation Device [10de:2330]\n";

    // The listing of the MI300X has no region at all.
    private static IEnumerable<string> ListingsWithRegions() => TestData.Listings.Where(file => file != "mi300x-host-lspci-PP.txt");

    [TestCaseSource(nameof(ListingsWithRegions))]
    public void Every_BAR_of_a_real_listing_is_as_it_is_executed(string file)
    {
        var selection = PciListing.Read(TestData.Read(file), file).SelectGpus();
        foreach (var kernel in new[] { KernelProfiles.Newest, new KernelVersion(6, 12) })
        {
            var explanation = Explainer.Explain(new ExplainRequest { Devices = selection.Devices, HostKernel = kernel });
            foreach (var bar in explanation.Devices.SelectMany(device => device.Bars)) Assert.That(LayoutExecution.Agrees(bar), Is.True, $"{file} {kernel} {bar.Region}");
        }
    }

    [Test]
    public void A_BAR_of_128_GiB_takes_one_lookup_per_leaf_or_one_per_page()
    {
        var newest = Explain(TestData.Read("h100-host-lspci-vv.txt"), request => request);
        var old = Explain(TestData.Read("h100-host-lspci-vv.txt"), request => request with { HostKernel = new KernelVersion(6, 12) });
        Assert.Multiple(() =>
        {
            Assert.That(Bar(newest, 2).LookupsPerEvent, Is.EqualTo(128));
            Assert.That(Bar(old, 2).LookupsPerEvent, Is.EqualTo(33_554_432));
            Assert.That(Bar(old, 2).Cpu.Single().Leaf, Is.EqualTo(PageSize.Size1G), "its leaves are huge all the same");
            Assert.That(old.Findings.Single(finding => finding.Id == "lookups").Severity, Is.EqualTo(Severity.Error));
            Assert.That(newest.Findings.Select(finding => finding.Severity), Has.All.EqualTo(Severity.Note));
        });
    }

    [Test]
    public void The_arithmetic_of_a_congruence_names_both_addresses()
    {
        var bar = Bar(Explain(Gpu + "\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G]\n", request => request with { Vas = [new RegionAddress(2, 0x7f0000200000)] }), 2);
        var blocked = bar.Cpu.Single().First!;
        Assert.Multiple(() =>
        {
            Assert.That(blocked.Why, Is.EqualTo("VA 0x7f0000200000 mod 1G = 0x200000, PA 0x84000000000 mod 1G = 0x0"));
            Assert.That(blocked.Remedy, Does.Contain("0x7f0040000000"), "the next address that fits");
            Assert.That(bar.LookupsPerEvent, Is.EqualTo(65_536));
        });
    }

    // The DMA map that fails in kata-containers issue 12289 has 0xb90000 bytes: BAR 0 up to the table of an NVIDIA GPU.
    [Test]
    public void The_trapped_table_cuts_what_is_mapped_for_the_device_and_not_the_area()
    {
        const string Listing = Gpu + "\tRegion 0: Memory at 84042000000 (64-bit, prefetchable) [size=16M]\n\tCapabilities: [b0] MSI-X: Enable+ Count=9 Masked-\n\t\tVector table: BAR=0 offset=00b90000\n\t\tPBA: BAR=0 offset=00ba0000\n";
        var bar = Bar(Explain(Listing, request => request), 0);
        Assert.Multiple(() =>
        {
            Assert.That(bar.Layout.Areas, Has.Length.EqualTo(1));
            Assert.That(bar.Layout.Sections.Select(section => (section.Offset, section.Bytes)), Is.EqualTo(new[] { (0UL, 0xb90000UL), (0xb91000UL, 0x46f000UL) }));
            Assert.That(bar.Cpu.Single().Leaf, Is.EqualTo(PageSize.Size2M));
            Assert.That(bar.Iommu.Where(stretch => stretch.Leaf == PageSize.Size4K).Select(stretch => stretch.First!.Rule), Has.All.EqualTo(LeafRule.Msix));
        });
    }

    [Test]
    public void Lines_that_are_cut_or_odd_leave_no_table()
    {
        foreach (var odd in new[] { "\tCapabilities: [b0] MSI-X: Enable+ Count=x Masked-\n\t\tVector table: BAR=0 offset=0\n", "\tCapabilities: [b0] MSI-X: Enable+ Count=9\n\t\tVector table: BAR=7 offset=0\n", "\tCapabilities: [b0] MSI-X: Enable+ Count=9\n\t\tVector table: BAR=0 offset=ffffffffffffffff\n" })
            Assert.That(PciListing.Read(Gpu + "\tRegion 0: Memory at 84042000000 (64-bit, prefetchable) [size=16M]\n" + odd, "odd").Devices.Single().Msix, Is.Null);
    }

    [Test]
    public void Sizes_of_a_resizable_BAR_are_read()
    {
        var device = PciListing.Read(TestData.Read("arc-a750-host-lspci-rebar-1g-below4g.txt"), "arc").Devices.Single();
        Assert.That(device.Resizable.Single(), Is.EqualTo(new ResizableRegion(2, 0x3F0000000)));
    }

    private static Explanation Explain(string listing, Func<ExplainRequest, ExplainRequest> change) =>
        Explainer.Explain(change(new ExplainRequest { Devices = PciListing.Read(listing, "test").SelectGpus().Devices }));

    private static ExplainedBar Bar(Explanation explanation, int region) => explanation.Devices.Single().Bars.Single(bar => bar.Region.Index == region);
}
