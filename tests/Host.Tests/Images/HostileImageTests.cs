using Fast.Host;
using Fast.PageTables;

namespace Fast.Tests.Images;

/// <summary>Tables that point to themselves, to each other, to nowhere; memory that is no tables at all.</summary>
public sealed class HostileImageTests
{
    private const ulong Budget = 3000;

    private static IEnumerable<string> Formats() => ImageWalkers.All.Select(walker => walker.Facts.Name);

    [TestCaseSource(nameof(Formats))]
    public void Any_bytes_can_be_walked(string id)
    {
        for (var seed = 0; seed < 12; seed++) Walk(id, new Random(seed), pointsInside: seed % 3 != 0);
    }

    [TestCaseSource(nameof(Formats))]
    [Explicit("dotnet test tests/Host.Tests -c Release --filter 'FullyQualifiedName~Many_images'")]
    public void Many_images_of_any_bytes_can_be_walked(string id)
    {
        for (var seed = 0; seed < 2000; seed++) Walk(id, new Random(seed), pointsInside: seed % 3 != 0);
    }

    [Test]
    public void A_root_that_points_to_itself_everywhere_ends_at_the_budget()
    {
        var page = new byte[4096];
        for (var i = 0; i < 512; i++) BitConverter.TryWriteBytes(page.AsSpan(i * 8), 0x5007UL);
        using var file = ImageFile.Raw(page);
        using var image = MemoryImage.Open(file.Path, 0x5000);
        var walker = ImageWalkers.Find("x86-64-4l")!;
        var (budget, areas) = (new TableBudget(100_000), new AreaCollector(10));
        walker.ReadRuns(image.Memory, 0x5000, walker.WholeRange, ref budget, new Run[1 << 16], areas);
        Assert.That((budget.IsExceeded, budget.Read), Is.EqualTo((true, 100_000UL)));
        // Every table that was read as the last one gave 512 pages of the same frame.
        Assert.That(areas.Pages, Is.GreaterThan(90_000UL * 512).And.LessThan(100_000UL * 512));
    }

    [Test]
    public void An_empty_root_is_read_once_for_each_half_of_the_address_space()
    {
        using var file = ImageFile.Raw(new byte[4096]);
        using var image = MemoryImage.Open(file.Path);
        var walker = ImageWalkers.Find("x86-64-4l")!;
        var (budget, areas) = (new TableBudget(2), new AreaCollector(10));
        walker.ReadRuns(image.Memory, 0, walker.WholeRange, ref budget, new Run[1], areas);
        Assert.That((budget.IsExceeded, budget.Read, areas.Count), Is.EqualTo((false, 2UL, 0UL)));
    }

    /// <summary>Formats that are walked leaf by leaf, against the plain walker asked for every page.</summary>
    [TestCase("nvidia-v2")]
    [TestCase("nvidia-v3")]
    [TestCase("xen-p2m-ept")]
    [TestCase("xen-p2m-npt")]
    public void What_is_walked_leaf_by_leaf_is_what_the_plain_walker_finds_page_by_page(string id)
    {
        const ulong Pages = 5000;
        var walker = ImageWalkers.Find(id)!;
        var found = 0UL;
        for (var seed = 0; seed < 24; seed++)
        {
            var random = new Random(seed);
            using var file = ImageFile.Raw(Bytes(id, random, pointsInside: true));
            using var image = MemoryImage.Open(file.Path);
            var start = ((ulong)random.NextInt64() & (walker.WholeRange.Last.Value >> random.Next(20))) & ~0xfffUL;
            var range = IovaRange.Of(new Iova(Math.Min(start, walker.WholeRange.Last.Value - (Pages << 12) + 1)), Pages << 12);
            var (budget, runs) = (new TableBudget(1 << 20), new RunList(10_000));
            walker.ReadRuns(image.Memory, 0, range, ref budget, new Run[random.Next(1, 9)], runs);
            var plain = new List<(ulong At, Pfn Pfn, Permissions Permissions)>();
            for (var at = range.Start.Value; at <= range.Last.Value; at += 4096)
            {
                if (ReferenceWalker.Walk(walker.Facts, image.Memory, 0, new Iova(at), FormatLimits.None) is { IsLeaf: true } result) plain.Add((at, result.Leaf.Pfn, result.Leaf.Permissions));
            }

            var pages = new List<(ulong, Pfn, Permissions)>();
            foreach (var run in runs.Kept)
            {
                for (var page = 0UL; page < run.Pages; page++) pages.Add((run.Start.Value + (page << 12), run.Pfn + page, run.Permissions));
            }

            Assert.That(pages, Is.EqualTo(plain), $"seed {seed}");
            found += (ulong)pages.Count;
        }

        Assert.That(found, Is.GreaterThan(500));
    }

    private static byte[] Bytes(string id, Random random, bool pointsInside)
    {
        var bytes = new byte[1 << 16];
        random.NextBytes(bytes);
        for (var at = 0; pointsInside && at < bytes.Length; at += 8)
        {
            if (random.Next(3) == 0) continue;
            var target = (ulong)random.Next(bytes.Length) & ~0xfffUL;
            // NVIDIA has frames from bit 8 on; 1 is a page and 2 a table, both in video memory.
            var word = id.StartsWith("nvidia", StringComparison.Ordinal)
                ? target >> 4 | (uint)random.Next(1, 3)
                : target | ((ulong)random.NextInt64() << 20 & 0xfff0_0000_0000_0000) | (uint)(random.Next(0x1000) | 3);
            BitConverter.TryWriteBytes(bytes.AsSpan(at), word);
        }

        return bytes;
    }

    private static void Walk(string id, Random random, bool pointsInside)
    {
        using var file = ImageFile.Raw(Bytes(id, random, pointsInside));
        using var image = MemoryImage.Open(file.Path);
        var walker = ImageWalkers.Find(id)!;
        if (!RootRegister.TryRead(walker.Facts, (ulong)random.Next(4) << 14 | (id == "amd-v1" ? 0x800UL : 0), out var root, out _)) Assert.Fail("root");
        var (budget, areas) = (new TableBudget(Budget), new AreaCollector(100));
        walker.ReadRuns(image.Memory, root, walker.WholeRange, ref budget, new Run[random.Next(1, 50)], areas);
        Assert.That(budget.Read, Is.LessThanOrEqualTo(Budget));
        Assert.That(areas.Count, Is.LessThanOrEqualTo(areas.Runs));
        budget = new TableBudget(Budget);
        walker.CountLeafSizes(image.Memory, root, walker.WholeRange, ref budget);
        Assert.That(budget.Read, Is.LessThanOrEqualTo(Budget));
    }
}
