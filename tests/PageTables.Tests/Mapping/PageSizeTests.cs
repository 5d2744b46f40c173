namespace Fast.PageTables.Tests.Mapping;

/// <summary>Which leaves a range gets.</summary>
public sealed class PageSizeTests
{
    private const ulong G = 1UL << 30;
    private const ulong M = 1UL << 20;
    private const ulong K = 1UL << 10;

    [TestCase(0UL, 32 * G, 0UL, "0/0/32", TestName = "32 GiB aligned: 32 leaves")]
    [TestCase(32 * G, 32 * G, 64 * G, "0/0/32", TestName = "32 GiB, both 1 GiB congruent and aligned: 32 leaves")]
    [TestCase(32 * G, 32 * G, (64 * G) + (4 * K), "8388608/0/0", TestName = "32 GiB, output 4 KiB off: 8388608 leaves")]
    [TestCase(32 * G, 32 * G, (64 * G) + (2 * M), "0/16384/0", TestName = "32 GiB, output 2 MiB off: 16384 leaves")]
    [TestCase(G - (4 * K), (2 * G) + (8 * K), (3 * G) - (4 * K), "2/0/2", TestName = "2 GiB and 2 pages from 1 GiB - 4 KiB: 4 leaves")]
    [TestCase(0x3fe400UL << 12, (0x4c0600UL - 0x3fe400UL) << 12, 0x3fe400UL << 12, "0/17/3", TestName = "kunit mixed: 20 leaves")]
    [TestCase(0xfef80000UL, 0x20000UL, 0x208b95d000UL, "32/0/0", TestName = "kunit pgsize_boundary: 32 leaves")]
    [TestCase((1UL << 47) - (4 * K), 4 * K, 0UL, "1/0/0", TestName = "the page below the canonical hole")]
    public void A_range_gets_the_leaves_that_the_kernel_gives_it(ulong input, ulong bytes, ulong output, string leaves)
    {
        Assert.That(Counts<VtdSs4>(input, bytes, output), Is.EqualTo(leaves));
        Assert.That(Counts<X64L4>(input, bytes, output), Is.EqualTo(leaves));
    }

    [Test]
    public void The_last_page_of_a_zero_extended_space_is_an_ordinary_page()
    {
        Assert.That(Counts<VtdSs4>((1UL << 48) - (4 * K), 4 * K, 0), Is.EqualTo("1/0/0"));
        Assert.That(Counts<VtdSs4>((1UL << 48) - G, G, (1UL << 52) - G), Is.EqualTo("0/0/1"));
        Assert.That(Counts<Test64>(~(4 * K) + 1, 4 * K, 0), Is.EqualTo("1/0/0"));
    }

    [Test]
    public void The_whole_space_may_be_mapped_at_once()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<VtdSs4>(arena);
        Assert.That(table.Map(IovaRange.Of(new Iova(0), 1UL << 48), new Pfn(0), Permissions.ReadWrite)[2], Is.EqualTo(1UL << 18));
        Assert.That(table.Unmap(IovaRange.Of(new Iova(0), 1UL << 48))[2], Is.EqualTo(1UL << 18));
        Assert.That(arena.TablesInUse, Is.EqualTo(1));
    }

    [Test]
    public void Random_ranges_get_as_many_leaves_as_trying_every_size_finds() =>
        Sampling.ForSeeds(200, random =>
        {
            var input = (random.NextWord() & ((1UL << 34) - 1) & ~0xFFFUL) >> random.Next(12) & ~0xFFFUL;
            var output = random.OneIn(2) ? input + ((ulong)random.Next(4) * G) : input + (ulong)random.Next(1, 1 << 12) * 2 * M;
            var bytes = Math.Max(4 * K, random.NextWord() & ((1UL << random.Next(13, 33)) - 1) & ~0xFFFUL);
            LeafCounts expected = default;
            for (var at = input; at < input + bytes;)
            {
                var (level, shift) = MapModel.Best(VtdSs4.Facts, at, input + bytes - 1, output + (at - input))!.Value;
                expected[level]++;
                at += 1UL << shift;
            }

            Assert.That(Counts<VtdSs4>(input, bytes, output), Is.EqualTo($"{expected[0]}/{expected[1]}/{expected[2]}"));
        });

    [TestCase(12, "262144/0/0")]
    [TestCase(20, "262144/0/0")]
    [TestCase(21, "0/512/0")]
    [TestCase(29, "0/512/0")]
    [TestCase(30, "0/0/1")]
    public void A_caller_may_limit_the_leaf(int largest, string leaves) => Assert.That(Counts<VtdSs4>(G, G, G, largest), Is.EqualTo(leaves));

    private static string Counts<TFormat>(ulong input, ulong bytes, ulong output, int? largest = null)
        where TFormat : struct, IRunFormat, IMapFormat
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var range = IovaRange.Of(new Iova(input), bytes);
        var leaves = table.Map(range, new Pfn(output >> 12), Permissions.ReadWrite, largest is { } shift ? new PageSize(shift) : null);
        Assert.That(table.CountLeaves(range), Is.EqualTo(leaves));
        Assert.That(table.Translate(range.Last), Is.EqualTo(new PhysicalAddress(output + (bytes - 1))));
        Assert.That(table.Unmap(range), Is.EqualTo(leaves));
        return $"{leaves[0]}/{leaves[1]}/{leaves[2]}";
    }
}
