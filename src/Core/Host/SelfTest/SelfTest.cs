using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>What was found of one kind of memory.</summary>
/// <param name="Kind">Which kind, in words.</param>
/// <param name="Bytes">How much was mapped.</param>
/// <param name="Present">Pages of 4 KiB that were in memory.</param>
/// <param name="Hidden">Of those, pages whose frame the kernel hides.</param>
/// <param name="Leaves">Leaves by size.</param>
/// <param name="Runs">Stretches of contiguous frames.</param>
/// <param name="Agrees">Whether the engine's runs are those of a reading page by page; <see langword="null"/> where frames are hidden.</param>
/// <param name="Problem">What kept it from being tried or locked, or <see langword="null"/>.</param>
public sealed record SelfTestPart(string Kind, ulong Bytes, ulong Present, ulong Hidden, LeafSizeCounts Leaves, ImmutableArray<Run> Runs, bool? Agrees, string? Problem);

/// <summary>Allocates memory of several kinds, locks it, and reads its real frames back from the kernel: the engine's runs over real page frame numbers.</summary>
public static class SelfTest
{
    private const ulong SmallBytes = 8 << 20;
    private const ulong HugeBytes = 32 << 20;
    private const ulong HugetlbPages = 4;
    private const int HoleOneIn = 40;
    private const int Tries = 5;

    /// <summary>Runs it.</summary>
    /// <param name="tree">This machine.</param>
    /// <param name="hugetlb">Whether to take pages of <c>hugetlb</c> too, which may grow the pools for a moment.</param>
    /// <param name="seed">Where holes are.</param>
    /// <param name="cancellation">Asked between two kinds; memory and pools are given back first.</param>
    /// <exception cref="HostException">This process's pagemap cannot be read.</exception>
    public static IEnumerable<SelfTestPart> Run(HostTree tree, bool hugetlb, int seed, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux()) throw new HostException("the self-test reads real frames through Linux's procfs, and this is not Linux");
        return Parts(tree, hugetlb, new Random(seed), cancellation);
    }

    private static IEnumerable<SelfTestPart> Parts(HostTree tree, bool hugetlb, Random random, CancellationToken cancellation)
    {
        using var map = Pagemap.TryOpenOwn() ?? throw new HostException("/proc/self/pagemap cannot be read: the kernel has none (CONFIG_PROC_PAGE_MONITOR)");
        yield return Try("4 KiB pages", SmallBytes, () => TestMemory.Ordinary(SmallBytes, huge: false), null, map, []);
        cancellation.ThrowIfCancellationRequested();
        yield return Try("4 KiB pages with holes", SmallBytes, () => TestMemory.Ordinary(SmallBytes, huge: false), null, map, Holes(random, SmallBytes));
        cancellation.ThrowIfCancellationRequested();
        yield return Try("transparent huge pages (advised)", HugeBytes, () => TestMemory.Ordinary(HugeBytes, huge: true), null, map, []);
        cancellation.ThrowIfCancellationRequested();
        yield return Try("transparent huge pages with holes", HugeBytes, () => TestMemory.Ordinary(HugeBytes, huge: true), null, map, Holes(random, HugeBytes / 2));
        cancellation.ThrowIfCancellationRequested();
        if (!hugetlb) yield break;
        foreach (var (size, pages) in new[] { (PageSize.Size2M, HugetlbPages), (PageSize.Size1G, 1UL) })
        {
            yield return TryHugetlb(tree, size, pages, map);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static SelfTestPart TryHugetlb(HostTree tree, PageSize size, ulong pages, Pagemap map)
    {
        var kind = string.Create(CultureInfo.InvariantCulture, $"hugetlb pages of {size}");
        var bytes = pages << size.Shift;
        try
        {
            using var loan = HugePageLoan.Take(tree, size, pages);
            return Try(kind, bytes, () => TestMemory.Hugetlb(bytes, size), size, map, []);
        }
        catch (HostException exception)
        {
            return new SelfTestPart(kind, bytes, 0, 0, default, [], null, exception.Message);
        }
    }

    private static SelfTestPart Try(string kind, ulong bytes, Func<TestMemory> allocate, PageSize? hugetlb, Pagemap map, IReadOnlyList<ulong> holes)
    {
        try
        {
            using var memory = allocate();
            memory.Populate(holes);
            return Read(kind, memory, hugetlb, map);
        }
        catch (HostException exception)
        {
            return new SelfTestPart(kind, bytes, 0, 0, default, [], null, exception.Message);
        }
    }

    private static SelfTestPart Read(string kind, TestMemory memory, PageSize? hugetlb, Pagemap map)
    {
        var range = IovaRange.Of(new Iova(memory.Start), memory.Bytes);
        for (var left = Tries; ; left--)
        {
            using var physical = PhysicalMap.Of(map, range, hugetlb);
            var (runs, plain) = (physical.Runs, PlainRuns.Of(map, range));
            var agrees = runs.SequenceEqual(plain);
            // Compaction may move locked pages between two readings.
            if (agrees || left == 1)
                return new SelfTestPart(kind, memory.Bytes, physical.Present, physical.Hidden, physical.Leaves, runs, physical.Hidden == 0 ? agrees : null, memory.LockProblem);
        }
    }

    private static List<ulong> Holes(Random random, ulong bytes)
    {
        var holes = new List<ulong>();
        for (ulong page = 0; page < bytes >> 12; page++)
        {
            if (random.Next(HoleOneIn) == 0) holes.Add(page);
        }

        return holes;
    }
}
