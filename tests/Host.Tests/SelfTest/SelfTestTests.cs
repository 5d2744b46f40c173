using System.Buffers.Binary;
using Fast.Host;
using Fast.PageTables;

namespace Fast.Tests.SelfTest;

/// <summary>Real frames of this machine, read by the engine and by a reading that has nothing of it.</summary>
[Platform("Linux")]
public sealed class SelfTestTests
{
    private const int Tries = 5;

    [Test]
    public void Runs_of_4_KiB_pages_are_those_of_an_independent_reading([Values(1, 2, 3)] int seed) => Compare(TestMemory.Ordinary(6 << 20, huge: false), Holes(new Random(seed), 6 << 20, 10), null);

    [Test]
    public void Runs_of_transparent_huge_pages_are_those_of_an_independent_reading([Values(1, 2, 3)] int seed) => Compare(TestMemory.Ordinary(24 << 20, huge: true), Holes(new Random(seed), 12 << 20, 300), null);

    [Test]
    public void Runs_of_hugetlb_pages_are_those_of_an_independent_reading()
    {
        var before = Pool();
        if (before is null) Assert.Ignore("this kernel has no hugetlb pages of 2M");
        try
        {
            using var loan = HugePageLoan.Take(new HostTree(), PageSize.Size2M, 3);
            Assert.That(Pool()!.Free, Is.GreaterThanOrEqualTo(3));
            Compare(TestMemory.Hugetlb(3 * PageSize.Size2M.Bytes, PageSize.Size2M), [], PageSize.Size2M);
        }
        catch (HostException exception)
        {
            Assert.Ignore(exception.Message);
        }

        Assert.That(Pool()!.Total, Is.EqualTo(before.Total), "the pool is as it was");
    }

    [Test]
    public void The_self_test_agrees_with_itself_page_by_page()
    {
        var parts = Host.SelfTest.Run(new HostTree(), hugetlb: false, seed: 3, CancellationToken.None).ToList();
        Assert.That(parts, Has.Count.EqualTo(4));
        Assert.That(parts.Select(part => part.Agrees), Has.All.Not.False);
        Assert.That(parts[0].Present, Is.EqualTo(parts[0].Bytes >> 12).Or.EqualTo(0));
        Assert.That(parts[1].Present, Is.LessThan(parts[0].Present).Or.EqualTo(0));
    }

    [Test]
    public void A_self_test_that_is_stopped_gives_its_memory_back()
    {
        using var stop = new CancellationTokenSource();
        using var parts = Host.SelfTest.Run(new HostTree(), hugetlb: true, seed: 3, stop.Token).GetEnumerator();
        Assert.That(parts.MoveNext());
        var before = Pool()?.Total;
        stop.Cancel();
        Assert.That(() => parts.MoveNext(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Pool()?.Total, Is.EqualTo(before));
    }

    [Test]
    public void A_loan_grows_the_pool_and_shrinks_it_again_also_when_it_falls_short()
    {
        var root = Directory.CreateTempSubdirectory("fast-pool-").FullName;
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, "sys/kernel/mm/hugepages/hugepages-2048kB")).FullName;
            File.WriteAllText(Path.Combine(folder, "nr_hugepages"), "8");
            File.WriteAllText(Path.Combine(folder, "free_hugepages"), "5");
            // A pool of files does not fill itself: the loan finds too few and takes back what it asked for.
            Assert.That(() => HugePageLoan.Take(new HostTree(root), PageSize.Size2M, 9), Throws.TypeOf<HostException>().With.Message.Contains("too full or too scattered"));
            Assert.That(File.ReadAllText(Path.Combine(folder, "nr_hugepages")), Is.EqualTo("8"));
            using (HugePageLoan.Take(new HostTree(root), PageSize.Size2M, 5)) Assert.That(File.ReadAllText(Path.Combine(folder, "nr_hugepages")), Is.EqualTo("8"));
            Assert.That(() => HugePageLoan.Take(new HostTree(root), PageSize.Size1G, 1), Throws.TypeOf<HostException>().With.Message.Contains("no hugetlb pages of 1G"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public void Residency_by_one_call_is_residency_page_by_page()
    {
        using var memory = TestMemory.Ordinary(8 << 20, huge: true);
        memory.Populate(Holes(new Random(5), 4 << 20, 50));
        using var map = Pagemap.TryOpenOwn();
        if (map is null) Assert.Ignore("this kernel has no pagemap");
        var (by, plain) = (Residency.Of(map, memory.Start, memory.Start + memory.Bytes), Residency.ByEntry(map, memory.Start, memory.Start + memory.Bytes));
        Assert.That((by.Present, by.Swapped), Is.EqualTo((plain.Present, plain.Swapped)));
        Assert.That(by.Huge ?? 0, Is.LessThanOrEqualTo(by.Present));
    }

    private static void Compare(TestMemory memory, List<ulong> holes, PageSize? hugetlb)
    {
        using (memory)
        {
            memory.Populate(holes);
            using var map = Pagemap.TryOpenOwn();
            if (map is null) Assert.Ignore("this kernel has no pagemap");
            var range = IovaRange.Of(new Iova(memory.Start), memory.Bytes);
            for (var left = Tries; ; left--)
            {
                using var physical = PhysicalMap.Of(map, range, hugetlb);
                var independent = Independent(memory.Start, memory.Bytes);
                var found = physical.Runs.Select(run => (run.Start.Value, run.Pfn.Value, run.Pages)).ToList();
                // Memory may be moved between the two readings.
                if (left > 1 && !found.SequenceEqual(independent)) continue;
                if (physical.Hidden != 0)
                {
                    Assert.That(independent, Is.Empty);
                    Assert.Ignore("the kernel hides page frame numbers from this user");
                }

                Assert.That(found, Is.EqualTo(independent));
                Assert.That(physical.Present, Is.EqualTo((memory.Bytes >> 12) - (ulong)holes.Count));
                Assert.That(PlainRuns.Of(map, range), Is.EqualTo(physical.Runs));
                if (hugetlb is { } size) Assert.That(physical.Leaves.ToString(), Is.EqualTo($"{memory.Bytes >> size.Shift} x {size}"));
                return;
            }
        }
    }

    /// <summary>The kernel's file as its documentation says: 8 bytes for each page, bit 63 present, bits 54:0 the frame.</summary>
    private static List<(ulong Start, ulong Pfn, ulong Pages)> Independent(ulong start, ulong bytes)
    {
        using var file = File.OpenRead("/proc/self/pagemap");
        file.Seek((long)(start / 4096 * 8), SeekOrigin.Begin);
        var all = new byte[bytes / 4096 * 8];
        file.ReadExactly(all);
        var runs = new List<(ulong Start, ulong Pfn, ulong Pages)>();
        for (ulong page = 0; page < bytes / 4096; page++)
        {
            var entry = BinaryPrimitives.ReadUInt64LittleEndian(all.AsSpan((int)page * 8));
            var pfn = entry & 0x7f_ffff_ffff_ffff;
            if (entry >> 63 == 0 || pfn == 0) continue;
            var address = start + (page * 4096);
            if (runs.Count > 0 && runs[^1].Start + (runs[^1].Pages * 4096) == address && runs[^1].Pfn + runs[^1].Pages == pfn) runs[^1] = runs[^1] with { Pages = runs[^1].Pages + 1 };
            else runs.Add((address, pfn, 1));
        }

        return runs;
    }

    private static List<ulong> Holes(Random random, ulong bytes, int oneIn) => [.. Enumerable.Range(0, (int)(bytes >> 12)).Where(_ => random.Next(oneIn) == 0).Select(page => (ulong)page)];

    private static HugePagePool? Pool() => MachineFacts.Read(new HostTree()).HugePagePools.FirstOrDefault(pool => pool.Size == PageSize.Size2M);
}
