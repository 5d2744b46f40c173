using Fast.Machines;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.NUnit;

namespace Fast.Tests;

/// <summary>Listings that are not whole, and texts that are none.</summary>
public sealed class CutListingTests
{
    private const string Gpu = "3b:00.0 3D controller: NVIDIA Corporation GH100 (rev a1)\n";

    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, pref")]
    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, pref\n")]
    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=")]
    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G")]
    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=G]")]
    [TestCase("\tRegion 2: Memory at 84000000000 (64-bit, prefetchable)")]
    [TestCase("\tRegion 2: Memory at 8400")]
    [TestCase("\tRegion 2: Memory at ")]
    [TestCase("\tRegion 2: Memory at (64-bit, prefetchable) [size=128G]")]
    [TestCase("\tRegion 2: Mem")]
    [TestCase("\tRegion 2:")]
    [TestCase("\tRegion 2")]
    [TestCase("\tRegi")]
    [TestCase("\tMemory at <unass")]
    [TestCase("\tCapabi")]
    [TestCase("61:00.0 3D contr")]
    [TestCase("61:00.")]
    public void A_listing_cut_inside_a_line_is_one_error_with_line_text_and_remedy(string cut)
    {
        const string Whole = "\tRegion 0: Memory at 88042000000 (64-bit, prefetchable) [size=16M]\n";
        var error = PciListing.Read(Gpu + Whole + cut, "h100.txt").Error;
        Assert.That(error, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(error!.Message, Does.StartWith("h100.txt, line 3: a line that ").And.Contain($"'{cut.Trim()}'").And.EndsWith("take it again, whole lines"));
            Assert.That(error.Message, Does.Not.Contain("\n"));
        });
    }

    [Test]
    public void A_last_line_without_line_feed_is_whole_when_its_brackets_are() =>
        Assert.That(PciListing.Read(Gpu + "\tRegion 2: Memory at 84000000000 (64-bit, prefetchable) [size=128G]", "x").Error, Is.Null);

    [TestCase("", "the listing is empty")]
    [TestCase("  \n\n", "the listing is empty")]
    [TestCase("hello\n", "no PCI device and no region")]
    [TestCase("a\0b", "binary data")]
    [TestCase("<domain type='kvm'>\n", "XML")]
    [TestCase("{\n\"a\": 1\n}\n", "JSON")]
    [TestCase("Slot:\t3b:00.0\nClass:\t3D controller\n", "lspci -mm")]
    public void A_text_that_is_no_listing_is_one_error(string text, string what)
    {
        var error = PciListing.Read(text, "x").Error;
        Assert.That(error?.Message, Does.StartWith("x").And.Contain(what).And.Contain("; "));
    }

    [TestCaseSource(typeof(TestData), nameof(TestData.Listings))]
    public void Truncation_at_every_byte_gives_whole_devices_or_one_error(string file)
    {
        var text = TestData.Read(file);
        var whole = PciListing.Read(text, file).Devices.SelectMany(device => device.Regions).Select(region => region with { IsDisabled = false }).ToHashSet();
        for (var length = 0; length < text.Length; length++)
        {
            var listing = PciListing.Read(text[..length], file);
            if (listing.Error is { } error)
            {
                Assert.That(error.Message, Does.Not.Contain("\n").And.StartWith(file), $"cut at {length}");
                continue;
            }

            // No region is ever read smaller, elsewhere or of another kind than it is.
            foreach (var region in listing.Devices.SelectMany(device => device.Regions).Where(region => region.IsMemoryBar))
            {
                Assert.That(whole, Does.Contain(region with { IsDisabled = false }), $"cut at {length}");
            }
        }
    }

    [TestCaseSource(typeof(TestData), nameof(TestData.Listings))]
    public void Line_ends_and_indentation_do_not_matter(string file)
    {
        var text = TestData.Read(file);
        var plain = PciListing.Read(text, file).Devices;
        Assert.Multiple(() =>
        {
            Assert.That(PciListing.Read(text.ReplaceLineEndings("\r\n"), file).Devices, Is.EqualTo(plain));
            Assert.That(PciListing.Read(text.Replace("        ", "\t", StringComparison.Ordinal), file).Devices, Is.EqualTo(plain));
            Assert.That(PciListing.Read("> " + text.ReplaceLineEndings("\n> "), file).Devices, Is.EqualTo(plain));
            Assert.That(PciListing.Read(new StringReader(text), file).Devices, Is.EqualTo(plain));
        });
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Arbitrary_text_gives_devices_or_one_line(string? text) => IsResultOrOneLine(text ?? "");

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public FsCheck.Property Pieces_of_listings_in_any_order_give_devices_or_one_line()
    {
        string[] pieces =
        [
            "Region 2: ", "Region ", "Memory at ", "84000000000", " (64-bit, prefetchable)", " [size=128G]", "[size=", "]", "\n", "\r\n", "\t", "> ", "<unassigned>", "<ignored>",
            "[virtual] ", "[disabled]", "3b:00.0 ", "0000:3b:00.0", "00:01.0/01:00.0 ", "3D controller", ": ", "[0302]", "[10de:2330]", "Capabilities: [1] (SR-IOV)\n", "99999999999999999999", "[", "(", ")", "<",
            "Expansion ROM at ", "I/O ports at ", "(rev a1)", "#", "\uFEFF", "Kernel driver in use: x",
        ];
        return Prop.ForAll(Gen.Elements(pieces).ListOf().Select(string.Concat).ToArbitrary(), IsResultOrOneLine);
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool A_damaged_listing_gives_devices_or_one_line(PositiveInt at, char character, NonNegativeInt which)
    {
        var text = TestData.Read(TestData.Listings[which.Get % TestData.Listings.Length]).ToCharArray();
        text[at.Get % text.Length] = character;
        return IsResultOrOneLine(new string(text));
    }

    [Test]
    public void A_very_long_line_is_read_in_linear_time()
    {
        var text = Gpu + "\tRegion 0: Memory at f0000000 (64-bit, prefetchable)" + string.Concat(Enumerable.Repeat(" [disabled]", 200_000)) + " [size=16M]\n";
        Assert.That(PciListing.Read(text, "x").SelectGpus().Devices, Has.Length.EqualTo(1));
    }

    private static bool IsResultOrOneLine(string text)
    {
        var listing = PciListing.Read(text, "x");
        var selection = listing.SelectGpus();
        return listing.Error is { } error
            ? listing.Devices.IsEmpty && IsOneLine(error.Message) && selection.Error == error
            : !listing.Devices.IsEmpty && (selection.Error is { } none ? selection.Devices.IsEmpty && IsOneLine(none.Message) : !selection.Devices.IsEmpty);
    }

    private static bool IsOneLine(string message) => message.Length < 400 && !message.Any(char.IsControl);
}
