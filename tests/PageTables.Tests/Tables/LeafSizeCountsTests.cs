namespace Fast.PageTables.Tests.Tables;

/// <summary>Leaves by their true size.</summary>
public sealed class LeafSizeCountsTests
{
    private const ulong G = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private const ulong K4 = 4UL << 10;

    [Test]
    public void It_adds_up_and_goes_through_the_sizes_that_occur_smallest_first()
    {
        var counts = default(LeafSizeCounts);
        Assert.That((counts.Total, counts.Largest, counts.ToString()), Is.EqualTo((0UL, (PageSize?)null, "none")));
        counts.Add(PageSize.Size1G, 2);
        counts.Add(PageSize.Size4K);
        counts.Add(new PageSize(63));
        var more = counts;
        more.Add(counts);
        var seen = new List<(PageSize Size, ulong Count)>();
        foreach (var each in more) seen.Add(each);
        Assert.That(seen, Is.EqualTo(new[] { (PageSize.Size4K, 2UL), (PageSize.Size1G, 4UL), (new PageSize(63), 2UL) }));
        Assert.That((more.Total, more.Largest, more[PageSize.Size2M], more[PageSize.Size1G]), Is.EqualTo((8UL, (PageSize?)new PageSize(63), 0UL, 4UL)));
        Assert.That(counts.ToString(), Is.EqualTo("1 x 8E + 2 x 1G + 1 x 4K"));
    }

    [Test]
    public void Equal_counts_are_equal()
    {
        var (left, right) = (default(LeafSizeCounts), default(LeafSizeCounts));
        left.Add(PageSize.Size2M, 3);
        Assert.That(left == right, Is.False);
        right.Add(PageSize.Size2M, 3);
        Assert.That((left == right, left != right, left.Equals((object)right), left.GetHashCode() == right.GetHashCode()), Is.EqualTo((true, false, true, true)));
    }

    [Test]
    public void Items_that_form_one_leaf_count_once()
    {
        using var arena = new TableArena();
        var table = new PageTable<AmdV1>(arena);
        table.Map(Range(32 * G, 32 * G), new Pfn(64 * G >> 12), Permissions.ReadWrite);
        table.Map(Range(0, 3 * K4), new Pfn(0), Permissions.Read);
        Assert.That(table.CountLeafSizes(Range(0, 1UL << 40)).ToString(), Is.EqualTo("1 x 32G + 1 x 8K + 1 x 4K"));
        Assert.That(table.CountLeaves(Range(0, 1UL << 40)).ToString(), Is.EqualTo("3/0/32/0/0/0"));
    }

    [Test]
    public void The_whole_of_a_64_bit_space_can_be_counted()
    {
        using var arena = new TableArena();
        var table = new PageTable<AmdV1>(arena);
        table.Map(IovaRange.Inclusive(new Iova(ulong.MaxValue - M2 + 1), new Iova(ulong.MaxValue)), new Pfn(512), Permissions.Read);
        Assert.That(table.CountLeafSizes(IovaRange.Inclusive(new Iova(0), new Iova(ulong.MaxValue))).ToString(), Is.EqualTo("1 x 2M"));
    }

    [Test]
    public void A_leaf_that_the_range_cuts_counts_whole()
    {
        using var arena = new TableArena();
        var table = new PageTable<Armv8S2G4K>(arena);
        table.Map(Range(G, G + (16 * K4)), new Pfn(16 * G >> 12), Permissions.ReadWrite);
        Assert.That(table.CountLeafSizes(Range(G + M2, K4)).ToString(), Is.EqualTo("1 x 1G"));
        Assert.That(table.CountLeafSizes(Range((2 * G) - K4, 3 * K4)).ToString(), Is.EqualTo("1 x 1G + 1 x 64K"));
    }

    [Test]
    public void It_says_what_following_leaf_by_leaf_says([Range(0, 9)] int seed)
    {
        var random = new Random(seed);
        using var arena = new TableArena();
        var table = new PageTable<X64L4>(arena);
        for (var at = 8 * G; at < 12 * G;)
        {
            var pages = (ulong)random.Next(1, random.Next(2) == 0 ? 600 : 300_000);
            table.Map(Range(at, pages * K4), new Pfn((at / K4) + (random.Next(3) == 0 ? 1UL : 0)), Permissions.ReadWrite);
            at += (pages + (ulong)random.Next(3)) * K4;
        }

        var plain = default(LeafSizeCounts);
        for (var at = 0UL; at < 1UL << 40; )
        {
            var found = table.Walk(new Iova(at));
            if (found.IsLeaf) plain.Add(found.Leaf.Size);
            at += found.IsLeaf ? found.Leaf.Size.Bytes : 1UL << X64L4.Facts.Levels[found.Level].Shift;
        }

        Assert.That(table.CountLeafSizes(Range(0, 1UL << 40)), Is.EqualTo(plain));
    }

    [Test]
    public void Counting_allocates_nothing()
    {
        using var arena = new TableArena();
        var table = new PageTable<AmdV1>(arena);
        table.Map(Range(G + K4, M2), new Pfn(0x1234), Permissions.ReadWrite);
        _ = Sum(table);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = Sum(table);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before, sum), Is.EqualTo((0L, M2)));
    }

    private static ulong Sum(PageTable<AmdV1> table)
    {
        ulong bytes = 0;
        foreach (var (size, count) in table.CountLeafSizes(Range(G, G))) bytes += count << size.Shift;
        return bytes;
    }

    private static IovaRange Range(ulong start, ulong bytes) => IovaRange.Of(new Iova(start), bytes);
}
