namespace Fast.PageTables.Stages.Tests.Pinning;

/// <summary>A root that grows does so before anything is written beyond its reach.</summary>
public sealed class GrowingRootTests
{
    [Test]
    public void A_map_beyond_the_root_grows_it_and_does_not_come_out_elsewhere()
    {
        using var arena = new TableArena();
        var table = new PageTable<AmdV1>(arena);
        table.Map(IovaRange.Of(new Iova(0x1000), 0x1000), new Pfn(1), Permissions.Read);
        Assert.That(table.RootWord & 7, Is.EqualTo(2));
        table.Map(IovaRange.Of(new Iova((1UL << 39) + 0x2000), 0x1000), new Pfn(2), Permissions.Read);
        Assert.That(table.RootWord & 7, Is.EqualTo(3));
        table.Map(IovaRange.Of(new Iova((1UL << 57) + 0x3000), 0x1000), new Pfn(3), Permissions.Read);
        Assert.That(table.RootWord & 7, Is.EqualTo(5));
        Assert.That(
            new[] { 0x1000UL, (1UL << 39) + 0x2000, (1UL << 57) + 0x3000, 0x2000UL, 0x3000UL, 1UL << 39 }.Select(input => table.Translate(new Iova(input))),
            Is.EqualTo(new[] { new PhysicalAddress(0x1000), new PhysicalAddress(0x2000), new PhysicalAddress(0x3000), PhysicalAddress.None, PhysicalAddress.None, PhysicalAddress.None }));
        Assert.That(table.Unmap(IovaRange.Inclusive(new Iova(0), new Iova(ulong.MaxValue))).Total, Is.EqualTo(3));
        table.Free();
        Assert.That(arena.TablesInUse, Is.Zero);
    }

    [Test]
    public void A_root_that_cannot_grow_for_want_of_room_is_told()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 8192, HugePages = false });
        var table = new PageTable<AmdV1>(arena);
        var far = IovaRange.Of(new Iova(1UL << 56), 0x1000);
        Assert.That(table.TryMap(far, new Pfn(1), Permissions.Read).Status, Is.EqualTo(MapStatus.OutOfTables));
        using var sources = new TableArena();
        var source = new PageTable<X64L4>(sources);
        source.Map(IovaRange.Of(new Iova(0), 0x1000), new Pfn(1), Permissions.Read);
        var report = PageTablePins.Pin<X64L4ToAmdV1, X64L4, AmdV1>(source, IovaRange.Of(new Iova(0), 0x1000), table, far.Start, Permissions.Read);
        Assert.That((report.Status, report.Map, report.At, report.Pages), Is.EqualTo((PinStatus.MapFailed, MapStatus.OutOfTables, new Iova(0), 0UL)));
    }
}
