using Fast.Linux;

namespace Fast.PageTables.Interleaving.Tests.Visits;

/// <summary>How often the fast path touches a leaf of a domain: counted at the entries themselves, not by the path.</summary>
[NonParallelizable]
public sealed class FastPathVisitTests
{
    private const ulong Page = 4096;
    private const ulong M2 = 2UL << 20;
    private const ulong At = 1UL << 39;
    private const ulong Device = 1UL << 36;

    // Frames lie above every table, so an entry says by its address whether it is a leaf.
    private const ulong Physical = 1UL << 40;
    private const ulong AddressBits = 0x000F_FFFF_FFFF_F000;

    /// <summary>The ends of a range are looked up once, to refuse one that cuts a leaf.</summary>
    private const int Ends = 2;

    private readonly TableArena _cpu = new(new TableArenaOptions { HugePages = false });
    private readonly TableArena _arena = new(new TableArenaOptions { HugePages = false });
    private readonly KernelCounters _counters = new();
    private AddressSpace _mm = null!;
    private Type1Container _container = null!;
    private (int Reads, int Writes, int Exchanges) _leaves;

    [OneTimeTearDown]
    public void Free()
    {
        _cpu.Dispose();
        _arena.Dispose();
    }

    [Test]
    public void Each_leaf_is_written_once_and_looked_at_once_on_its_way_out([Values(1, 2)] int domains, [Values] bool isRam, [Values(1, 3, 512)] int runs)
    {
        Build(domains);
        var pages = Mmap(isRam, runs);
        var map = Count(() => _container.MapDma(new Iova(Device), new Va(At), pages * Page, Permissions.ReadWrite));
        var (perDomain, large) = Leaves(_container.Domains[0]);
        Assert.That(map, Is.EqualTo((0, perDomain * domains, 0)));
        Assert.That(_counters.Map.LeavesVisited, Is.EqualTo(Leaves(_mm)));

        var protect = Count(() => _container.ProtectDma(new Iova(Device), pages * Page, Permissions.Read));
        Assert.That(protect.Exchanges, Is.EqualTo(perDomain * domains));
        Assert.That(_counters.Domains.LeavesProtected, Is.EqualTo(perDomain * domains));

        var unmap = Count(() => _container.UnmapDma(new Iova(Device), pages * Page, out _));
        Assert.That(unmap.Exchanges, Is.Zero);
        // A visit loads an entry above the last level to see what it is, and what takes a leaf loads it again.
        Assert.That(unmap.Reads, Is.LessThanOrEqualTo((perDomain + large + Ends) * domains));
        Assert.That(_counters.Unmap.LeavesVisited, Is.EqualTo(perDomain * domains));
        Assert.That(_container.Domains.All(domain => domain.CountLeafSizes().Total == 0));
    }

    /// <summary>The way it is not done: read to know the frames, then remove. Twice as many looks, and the count above would notice.</summary>
    [Test]
    public void Reading_before_removing_would_be_counted_as_two()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<Counted>(arena);
        var range = IovaRange.Of(new Iova(Device), 64 * Page);
        table.Map(range, new Pfn(Physical / Page), Permissions.ReadWrite, PageSize.Size4K);
        var twice = Count(() =>
        {
            for (ulong page = 0; page < 64; page++) table.Follow(range.Start + (page * Page), out _);
            var cursor = new RunCursor(range);
            table.TakeRuns(ref cursor, new Run[8]);
            return Errno.None;
        });
        Assert.That(twice.Reads, Is.EqualTo((2 * 64) + Ends));
    }

    private void Build(int domains)
    {
        _counters.Reset();
        _mm = new AddressSpace(KernelProfiles.Linux73, _cpu, _counters);
        _container = new Type1Container(_mm, null, _counters, MapPath.Fast);
        var kind = new DirtyIommuKind<Counted, RunPin<X64L4, Counted>>(null, "VT-d, counted");
        for (var domain = 0; domain < domains; domain++) Assert.That(_container.AttachDomain(kind.CreateDomain(_mm.Profile, _arena, _counters)), Is.EqualTo(Errno.None));
    }

    /// <summary>A BAR of large leaves and some pages; or memory in so many runs.</summary>
    private ulong Mmap(bool isRam, int runs)
    {
        if (!isRam)
        {
            var bar = new VfioPciBar(new VfioPciDevice(), new Pfn(Physical / Page), 4 * M2);
            Assert.That(bar.Mmap(_mm, new Va(At), 0, (3 * M2) + (5 * Page), AreaFlags.Read | AreaFlags.Write | AreaFlags.Shared, out _), Is.EqualTo(Errno.None));
            return (3 * 512) + 5;
        }

        var stretches = Enumerable.Range(0, runs).Select(run => new RamStretch(new Pfn((Physical / Page) + ((ulong)run * 1024)), (ulong)(512 / runs))).ToArray();
        foreach (var stretch in stretches) _mm.StructPages.AddNormal(stretch.First, stretch.Pages);
        Assert.That(new RamPages(RamKind.Pages4K, stretches).Mmap(_mm, new Va(At), AreaFlags.Read | AreaFlags.Write, out _), Is.EqualTo(Errno.None));
        return (ulong)(512 / runs * runs);
    }

    private (int Reads, int Writes, int Exchanges) Count(Func<Errno> call)
    {
        _leaves = default;
        TableHooks.After = (access, item) =>
        {
            if ((item & AddressBits) < Physical) return;
            if (access == TableAccess.Read) _leaves.Reads++;
            else if (access == TableAccess.Publish) _leaves.Writes++;
            else _leaves.Exchanges++;
        };
        try
        {
            Assert.That(call(), Is.EqualTo(Errno.None));
        }
        finally
        {
            TableHooks.After = null;
        }

        return _leaves;
    }

    private static (int All, int Large) Leaves(IommuDomain domain)
    {
        var sizes = domain.CountLeafSizes();
        return ((int)sizes.Total, (int)(sizes.Total - sizes[PageSize.Size4K]));
    }

    private static long Leaves(AddressSpace mm) => (long)mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte))).Total;
}
