using Fast.Machines;
using static Fast.Tests.FitMachines;

namespace Fast.Tests;

/// <summary>Listings as <c>fit</c> reads them: a BAR without an address needs a place all the more.</summary>
public sealed class FitListingTests
{
    private const string Gpu = "01:00.0 3D controller [0302]: NVIDIA Corporation Device [10de:2330]\n";

    private static IEnumerable<string> ListingsWithRegions() => TestData.Listings.Where(file => file != "mi300x-host-lspci-PP.txt");

    [TestCaseSource(nameof(ListingsWithRegions))]
    public void A_real_listing_fits_into_a_guest_of_46_bits(string file) => Assert.That(Fitter.Place(new FitRequest { Devices = Listed(file) }).Fits, Is.True);

    [Test]
    public void A_region_that_is_unassigned_is_one_that_needs_a_place()
    {
        var listing = PciListing.Read(Gpu + "\tRegion 0: Memory at <unassigned> (64-bit, prefetchable) [size=16M]\n\tRegion 2: Memory at <ignored> (64-bit, prefetchable)\n\tRegion 4: Memory at <unassigned> (64-bit, prefetchable) [size=32M]\n", "test");
        Assert.That(listing.SelectGpus().Error, Is.Not.Null, "nothing of it is mapped");
        var device = FitDevice.Of(listing.SelectGpus(needsAddresses: false).Devices.Single());
        Assert.That(device.Bars.Select(bar => (bar.Region.Index, bar.Declaration.Bytes)), Is.EqualTo(new (int?, ulong)[] { (0, 16 << 20), (2, 128 * G), (4, 32 << 20) }), "region 2 is known of this device");
    }

    [Test]
    public void A_device_that_nobody_knows_has_what_its_listing_shows()
    {
        var listing = PciListing.Read("01:00.0 3D controller [0302]: Somebody Device [dead:beef]\n\tRegion 0: Memory at 2000000000 (64-bit, prefetchable) [size=64G]\n", "test");
        Assert.That(FitDevice.Of(listing.SelectGpus(needsAddresses: false).Devices.Single()).Bars, Has.Length.EqualTo(1));
    }
}
