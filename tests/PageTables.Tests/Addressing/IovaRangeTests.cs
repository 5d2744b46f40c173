namespace Fast.PageTables.Tests.Addressing;

public sealed class IovaRangeTests
{
    [Test]
    public void The_last_page_of_the_64_bit_space_is_an_ordinary_range()
    {
        var range = IovaRange.Of(new Iova(~0xFFFUL), 0x1000);
        Assert.That((range.Last.Value, range.Pages, range.Bytes), Is.EqualTo((~0UL, 1UL, 0x1000UL)));
        Assert.That(range.IsAlignedTo(PageSize.Size4K), Is.True);
        Assert.That(range.IsAlignedTo(PageSize.Size2M), Is.False);
        Assert.That(range.Contains(new Iova(~0UL)), Is.True);
        Assert.That(range.Contains(new Iova(~0x1000UL)), Is.False);
    }

    [Test]
    public void The_whole_64_bit_space_is_a_range_of_2_to_the_52_pages()
    {
        var range = IovaRange.Inclusive(new Iova(0), new Iova(~0UL));
        Assert.That((range.Pages, range.Bytes), Is.EqualTo((1UL << 52, 0UL)));
        Assert.That(range.IsAlignedTo(PageSize.Size1G), Is.True);
    }

    [Test]
    public void A_range_counts_every_page_that_it_touches()
    {
        Assert.That(IovaRange.Of(new Iova(0xFFF), 2).Pages, Is.EqualTo(2));
        Assert.That(IovaRange.Of(new Iova(0x1000), 1).Pages, Is.EqualTo(1));
        Assert.That(IovaRange.Of(new Iova(0x1000), 0x1000).Pages, Is.EqualTo(1));
    }

    [Test]
    public void An_empty_range_is_refused() => Assert.That(
        () => IovaRange.Of(new Iova(0x1000), 0), Throws.ArgumentException.With.Message.Contains("range at 0x1000 is empty"));

    [Test]
    public void A_range_that_wraps_is_refused() => Assert.That(
        () => IovaRange.Of(new Iova(~0xFFFUL), 0x2000), Throws.ArgumentException.With.Message.Contains("range of 8K at 0xfffffffffffff000 wraps at 2^64"));

    [Test]
    public void A_range_that_ends_before_it_starts_is_refused() => Assert.That(
        () => IovaRange.Inclusive(new Iova(2), new Iova(1)), Throws.ArgumentException.With.Message.Contains("range ends at 0x1, before its start 0x2"));

    [TestCase(0x200000UL, 0x200000UL, true)]
    [TestCase(0x201000UL, 0x200000UL, false)]
    [TestCase(0x200000UL, 0x1000UL, false)]
    public void Alignment_looks_at_both_ends(ulong start, ulong bytes, bool aligned) =>
        Assert.That(IovaRange.Of(new Iova(start), bytes).IsAlignedTo(PageSize.Size2M), Is.EqualTo(aligned));

    [Test]
    public void A_range_prints_its_first_and_last_byte() =>
        Assert.That(IovaRange.Of(new Iova(0x1000), 0x1000).ToString(), Is.EqualTo("[0x1000, 0x1fff]"));
}
