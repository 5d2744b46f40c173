namespace Fast.PageTables.Tests.Addressing;

public sealed class UnitTests
{
    [Test]
    public void A_pfn_is_the_address_without_its_lowest_twelve_bits()
    {
        Assert.That(Pfn.Of(new PhysicalAddress(0x12345ABC)), Is.EqualTo(new Pfn(0x12345)));
        Assert.That(new Pfn(0x12345).Address, Is.EqualTo(new PhysicalAddress(0x12345000)));
        Assert.That(new Pfn(5) + 3, Is.EqualTo(new Pfn(8)));
    }

    [Test]
    public void Addresses_frames_and_sizes_have_an_order()
    {
        Assert.That(new Iova(1) < new Iova(2) && new Iova(2) > new Iova(1) && new Iova(2) >= new Iova(2) && new Iova(2) <= new Iova(2), Is.True);
        Assert.That(new Pfn(1) < new Pfn(2) && new Pfn(2) > new Pfn(1) && new Pfn(2) >= new Pfn(2) && new Pfn(2) <= new Pfn(2), Is.True);
        Assert.That(PageSize.Size4K < PageSize.Size2M && PageSize.Size1G > PageSize.Size2M, Is.True);
        Assert.That(PageSize.Size4K <= new PageSize(12) && PageSize.Size4K >= new PageSize(12), Is.True);
        Assert.That(new Iova(~0UL).CompareTo(new Iova(0)), Is.Positive);
        Assert.That(new Pfn(~0UL).CompareTo(new Pfn(0)), Is.Positive);
        Assert.That(new PageSize(12).CompareTo(new PageSize(30)), Is.Negative);
    }

    [Test]
    public void An_input_address_wraps_as_the_hardware_does() => Assert.That(new Iova(~0UL) + 1, Is.EqualTo(new Iova(0)));

    [TestCase(12, 1UL, 0xFFFUL, "4K")]
    [TestCase(21, 512UL, 0x1FFFFFUL, "2M")]
    [TestCase(30, 262144UL, 0x3FFFFFFFUL, "1G")]
    public void A_page_size_knows_its_pages_and_masks(int shift, ulong pages, ulong offsets, string text)
    {
        var size = new PageSize(shift);
        Assert.That(size.Bytes, Is.EqualTo(1UL << shift));
        Assert.That(size.Pages, Is.EqualTo(pages));
        Assert.That(size.OffsetMask, Is.EqualTo(offsets));
        Assert.That(size.PageMask, Is.EqualTo(~offsets));
        Assert.That(size.ToString(), Is.EqualTo(text));
    }

    [Test]
    public void Physical_zero_is_an_address_and_none_is_not()
    {
        Assert.That(new PhysicalAddress(0).IsNone, Is.False);
        Assert.That(PhysicalAddress.None.IsNone, Is.True);
        Assert.That(PhysicalAddress.None.ToString(), Is.EqualTo("none"));
        Assert.That(new PhysicalAddress(0x1000).ToString(), Is.EqualTo("0x1000"));
    }

    [Test]
    public void A_run_keeps_start_frame_length_and_permissions_in_24_bytes()
    {
        var run = new Run(new Iova(0x7000), new Pfn(5), 3, Permissions.ReadWrite | Permissions.User);
        Assert.That((run.Start, run.Pfn, run.Pages, run.Bytes, run.Last), Is.EqualTo((new Iova(0x7000), new Pfn(5), 3UL, 0x3000UL, new Iova(0x9FFF))));
        Assert.That(run.Permissions, Is.EqualTo(Permissions.ReadWrite | Permissions.User));
        Assert.That(run.Extended(2).Pages, Is.EqualTo(5));
        Assert.That(run.Extended(2).Permissions, Is.EqualTo(run.Permissions));
        Assert.That(System.Runtime.CompilerServices.Unsafe.SizeOf<Run>(), Is.EqualTo(24));
        Assert.That(run.ToString(), Is.EqualTo("0x7000: pfn 0x5 x 3 ReadWrite, User"));
    }

    [Test]
    public void A_run_may_be_the_whole_64_bit_space()
    {
        var run = new Run(new Iova(0), new Pfn(0), 1UL << 52, Permissions.Read);
        Assert.That((run.Pages, run.Bytes, run.Last), Is.EqualTo((1UL << 52, 0UL, new Iova(~0UL))));
    }
}
