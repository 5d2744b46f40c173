namespace Fast.PageTables.Tests.Changes;

/// <summary>A change that fails half way, by an exception of somebody else's code, is over all the same: who keeps results can keep them again.</summary>
public sealed class FailedChangeTests
{
    private const ulong M2 = 2UL << 20;

    [Test]
    public void A_flush_that_throws_leaves_the_leaf_and_ends_the_change()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20, HugePages = false });
        var table = new PageTable<X64L4>(arena);
        var range = IovaRange.Of(new Iova(0), M2);
        table.Map(range, new Pfn(M2 >> 12), Permissions.ReadWrite, PageSize.Size4K);
        var (tables, before) = (arena.TablesInUse, table.Invalidation.Take());
        Assert.That(() => table.TryCollapse(new Iova(0), PageSize.Size2M, () => throw new TimeoutException("no answer")), Throws.TypeOf<TimeoutException>());
        Assert.That(table.Invalidation.Holds(before), Is.False, "what was kept may be wrong");
        Assert.That(table.Invalidation.Holds(table.Invalidation.Take()), Is.True, "nobody is changing anything");
        Assert.That(table.Follow(new Iova(0x1234), out var leaf) && leaf.Size == PageSize.Size2M);
        Assert.That(arena.TablesInUse, Is.EqualTo(tables), "walkers may still use the table");
        Assert.That(table.Unmap(range).Total, Is.EqualTo(1));
    }

    [Test]
    public void A_refused_table_ends_the_change()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20, HugePages = false });
        var table = new PageTable<AmdV1>(arena);
        var range = IovaRange.Of(new Iova(0), 0x1000);
        table.Map(range, new Pfn(5), Permissions.ReadWrite);
        ref var items = ref TableItems.In(arena, table.Root.Value);
        TableItems.Publish(ref items, 0, (TableItems.Read(ref items, 0) & ~0xE00UL) | (1UL << 9));
        foreach (var change in new Action[] { () => table.Unmap(range), () => table.Protect(range, Permissions.Read), () => table.TrySplit(range.Start), () => table.TryCollapse(range.Start, PageSize.Size2M) })
        {
            Assert.That(() => change(), Throws.InvalidOperationException);
            Assert.That(table.Invalidation.Holds(table.Invalidation.Take()), Is.True);
        }
    }
}
