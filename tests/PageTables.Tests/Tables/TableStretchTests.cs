namespace Fast.PageTables.Tests.Tables;

/// <summary>Where the last tables of a range lie: side by side, if the arena can, whatever was freed before and whoever maps at the same time.</summary>
public sealed class TableStretchTests
{
    private const ulong M2 = 2UL << 20;
    private const ulong G = 1UL << 30;

    private static TableArena Arena(ulong tables) => new(new TableArenaOptions { CapacityBytes = tables << 12, HugePages = false });

    [Test]
    public void Tables_freed_in_any_order_are_handed_out_side_by_side()
    {
        using var arena = Arena(700);
        var tables = TakeAll(arena);
        new Random(1).Shuffle(tables);
        foreach (var address in tables) arena.Free(address, 4096);
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), G), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
        Assert.That(Gaps(table, G), Is.Zero);
    }

    [Test]
    public void Single_free_tables_all_over_the_arena_do_not_scatter_a_range()
    {
        using var arena = Arena(4096);
        var tables = Enumerable.Range(0, 2048).Select(_ => arena.TryAllocate(4096, false, out var address) ? address : 0).ToArray();
        for (var i = 0; i < tables.Length; i += 2) arena.Free(tables[i], 4096);
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), G), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
        Assert.That(Gaps(table, G), Is.Zero);
    }

    [Test]
    public void Where_nothing_else_is_free_single_tables_serve_in_ascending_order()
    {
        using var arena = Arena(2100);
        var tables = TakeAll(arena);
        for (var i = 0; i < tables.Length; i += 2) arena.Free(tables[i], 4096);
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), G), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
        Assert.That(Gaps(table, G), Is.EqualTo(511));
        var last = LastTables(table, G);
        Assert.That(last, Is.Unique);
        Assert.That(last.Zip(last.Skip(1), (one, next) => next < one).Count(back => back), Is.LessThanOrEqualTo(1), "the search goes round once");
    }

    [Test]
    public void Writers_side_by_side_each_get_tables_side_by_side()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        Parallel.For(0, 4, bar => table.Map(IovaRange.Of(new Iova((ulong)bar * G), G), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K));
        for (var bar = 0UL; bar < 4; bar++) Assert.That(Gaps(table, G, bar * G), Is.LessThanOrEqualTo(1), $"BAR {bar}");
    }

    [TestCase(5UL, 4)]
    [TestCase(8UL, 7)]
    [TestCase(600UL, 515)]
    public void A_map_that_runs_out_gives_everything_back(ulong tables, int most)
    {
        using var arena = Arena(tables);
        var table = new PageTable<X64L4>(arena);
        // The second table that is asked for is there already: of a stretch one is left.
        table.Map(IovaRange.Of(new Iova(M2), 0x1000), new Pfn(1), Permissions.ReadWrite);
        var (used, bytes) = (arena.TablesInUse, arena.BytesInUse);
        Assert.That(table.TryMap(IovaRange.Of(new Iova(0), 4 * G), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K).IsDone, Is.False);
        Assert.That(arena.TablesInUse, Is.LessThanOrEqualTo((ulong)most));
        Assert.That(table.Translate(new Iova(M2 + 5)), Is.EqualTo(new PhysicalAddress(0x1005)));
        table.Unmap(IovaRange.Of(new Iova(0), 512 * G));
        Assert.That((arena.TablesInUse, arena.BytesInUse), Is.EqualTo((1UL, 4096UL)), $"before: {used} tables, {bytes} bytes");
        Assert.That(TakeAll(arena), Has.Length.EqualTo((int)tables - 2), "every slot can be had again");
    }

    [TestCase(16384)]
    [TestCase(65536)]
    public void Large_tables_are_found_among_freed_small_ones(int bytes)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20, PhysicalBase = 0x7000, HugePages = false });
        var tables = TakeAll(arena);
        foreach (var address in tables) arena.Free(address, 4096);
        Assert.That(arena.TryAllocate(bytes, zeroed: true, out var large), Is.True);
        Assert.That(large % (ulong)bytes, Is.Zero);
        Assert.That(tables, Does.Contain(large).And.Contain(large + (ulong)bytes - 4096));
    }

    private static ulong[] TakeAll(TableArena arena)
    {
        var tables = new List<ulong>();
        while (arena.TryAllocate(4096, zeroed: false, out var address)) tables.Add(address);
        return [.. tables];
    }

    private static ulong[] LastTables(PageTable<X64L4> table, ulong bytes, ulong from = 0) => [.. Enumerable.Range(0, (int)(bytes / M2))
        .Select(i => X64L4.FindLastTable(table.Arena.Memory, table.RootWord, new Iova(from + ((ulong)i * M2)), out var last) ? last : throw new AssertionException($"no table at {i}"))];

    private static int Gaps(PageTable<X64L4> table, ulong bytes, ulong from = 0)
    {
        var last = LastTables(table, bytes, from);
        return last.Zip(last.Skip(1), (one, next) => next != one + 4096).Count(gap => gap);
    }
}
