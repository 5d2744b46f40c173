namespace Fast.PageTables.Tests.Changes;

/// <summary>What splitting and collapsing keep, and why they are refused.</summary>
public sealed class ReshapeTests
{
    private const ulong M2 = 2UL << 20;
    private const ulong G1 = 1UL << 30;
    private const ulong Software = 1UL << 9;
    private static readonly PageSize Size2M = PageSize.Size2M;

    [Test]
    public void A_field_moves_to_where_the_smaller_leaf_has_it_and_back()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(M2), M2), new Pfn(0), Permissions.ReadWrite);
        // PAT stands at bit 12 of a large leaf and at bit 7 of a small one, where the large one has what makes it a leaf.
        Set(table, M2, 1UL << 12 | 1UL << 8 | Software);
        Assert.That(table.TrySplit(new Iova(M2 + 5)).IsDone, Is.True);
        for (var page = 0UL; page < 512; page++)
            Assert.That(Word(table, M2 + (page << 12)), Is.EqualTo((page << 12) | 0x8000_0000_0000_0183UL | Software), $"page {page}");
        Assert.That(table.TryCollapse(new Iova(M2), Size2M).IsDone, Is.True);
        Assert.That(Word(table, M2), Is.EqualTo(0x8000_0000_0000_1183UL | Software));
        Assert.That(table.Walk(new Iova(M2)).IsLeaf, Is.True);
    }

    [Test]
    public void Leaves_that_differ_in_a_field_do_not_collapse_and_software_bits_do_not_count()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), M2), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
        Set(table, 0, Software);
        Set(table, 0x3000, 1UL << 4);
        Assert.That(table.TryCollapse(new Iova(0), Size2M), Is.EqualTo(new ReshapeReport(ReshapeStatus.Different, new Iova(0x3000), default)));
        Set(table, 0x3000, 0, clear: 1UL << 4);
        Assert.That(table.TryCollapse(new Iova(0), Size2M).IsDone, Is.True);
        Assert.That(Word(table, 0) & Software, Is.Zero, "not all leaves had it");
    }

    [Test]
    public void A_split_that_finds_no_table_changes_nothing()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 4 << 12, HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), G1), new Pfn(0), Permissions.ReadWrite);
        Assert.That(table.TrySplit(new Iova(0)).IsDone, Is.True);
        var report = table.TrySplit(new Iova(M2));
        Assert.That(report, Is.EqualTo(new ReshapeReport(ReshapeStatus.OutOfTables, new Iova(M2), default)));
        Assert.That($"{report}", Does.Contain("arena is full"));
        Assert.That(table.Follow(new Iova(M2), out var leaf) && leaf.Size == Size2M, Is.True);
    }

    [Test]
    public void A_run_whose_single_items_hardware_gets_wrong_becomes_tables()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<AmdV1>(arena);
        var range = IovaRange.Of(new Iova(1UL << 40), 1UL << 40);
        table.Map(range, new Pfn(0), Permissions.ReadWrite);
        Assert.That(table.Follow(range.Start, out var leaf) ? leaf.Size : default, Is.EqualTo(new PageSize(40)));
        Assert.That(table.TrySplit(range.Last).IsDone, Is.True);
        Assert.That(table.Follow(range.Last, out leaf) ? leaf : default, Is.EqualTo(new Leaf(new Pfn((1UL << 28) - 1), new PageSize(38), Permissions.ReadWrite)));
        Assert.That(table.CountLeaves(range).Total, Is.EqualTo(1024));
    }

    [Test]
    public void What_is_refused_says_why()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), M2 - 0x1000), new Pfn(0), Permissions.ReadWrite);
        table.Map(IovaRange.Of(new Iova(M2), M2), new Pfn(1), Permissions.ReadWrite);
        table.Map(IovaRange.Of(new Iova(2 * M2), M2), new Pfn(0), Permissions.ReadWrite);
        Assert.Multiple(() =>
        {
            Assert.That(table.TryCollapse(new Iova(0), Size2M), Is.EqualTo(new ReshapeReport(ReshapeStatus.NoLeaf, new Iova(M2 - 0x1000), default)));
            Assert.That(table.TryCollapse(new Iova(M2), Size2M).Status, Is.EqualTo(ReshapeStatus.Misaligned));
            Assert.That(table.TryCollapse(new Iova(2 * M2), Size2M).Status, Is.EqualTo(ReshapeStatus.AlreadyLarge));
            Assert.That(table.TryCollapse(new Iova(0), PageSize.Size1G).Status, Is.EqualTo(ReshapeStatus.HoldsTables));
            Assert.That(table.TryCollapse(new Iova(0), new PageSize(16)).Status, Is.EqualTo(ReshapeStatus.BadSize));
            Assert.That(table.TryCollapse(new Iova(1UL << 50), Size2M).Status, Is.EqualTo(ReshapeStatus.BadInput));
            Assert.That(table.TryCollapse(new Iova(G1), Size2M).Status, Is.EqualTo(ReshapeStatus.NoLeaf));
            Assert.That(table.TrySplit(new Iova(0)).Status, Is.EqualTo(ReshapeStatus.AlreadySmallest));
            Assert.That(table.TrySplit(new Iova(G1)).Status, Is.EqualTo(ReshapeStatus.NoLeaf));
            Assert.That(table.TrySplit(new Iova(1UL << 50)).Status, Is.EqualTo(ReshapeStatus.BadInput));
        });
    }

    [Test]
    public void A_collapse_sees_what_walkers_noted_until_they_forgot_the_table()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), M2), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
        Hardware.TryFind(X64L4.Facts, arena, table.RootWord, 0x7000, out var old);
        var snapshot = table.Invalidation.Take();
        Assert.That(table.TryCollapse(new Iova(0), Size2M, flush: () => Interlocked.Or(ref TableItems.In(arena, old.Table + (old.Index * 8)), 0x60)).IsDone, Is.True);
        Assert.That(Word(table, 0) & 0x60, Is.EqualTo(0x60));
        Assert.That(table.Invalidation.Holds(snapshot), Is.False);
        Assert.That(arena.TablesInUse, Is.EqualTo(3));
    }

    [Test]
    public void Who_reads_the_old_table_of_a_collapse_may_go_on()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 8 << 12, HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(IovaRange.Of(new Iova(0), M2), new Pfn(0), Permissions.ReadWrite, PageSize.Size4K);
        using (arena.EnterReader())
        {
            Hardware.TryFind(X64L4.Facts, arena, table.RootWord, 0x7000, out var old);
            Assert.That(table.TryCollapse(new Iova(0), Size2M).IsDone, Is.True);
            while (arena.TryAllocate(4096, zeroed: true, out _)) { }
            Assert.That(TableItems.Read(ref TableItems.In(arena, old.Table), old.Index), Is.EqualTo(old.Word));
        }
    }

    private static ulong Word<TFormat>(PageTable<TFormat> table, ulong input)
        where TFormat : struct, IMapFormat => table.Walk(new Iova(input)).Entry;

    private static void Set<TFormat>(PageTable<TFormat> table, ulong input, ulong bits, ulong clear = 0)
        where TFormat : struct, IMapFormat
    {
        Hardware.TryFind(TFormat.Facts, table.Arena, table.RootWord, input, out var found);
        FactItems.Publish(TFormat.Facts, ref TableItems.In(table.Arena, found.Table), found.Index, (found.Word & ~clear) | bits);
    }
}
