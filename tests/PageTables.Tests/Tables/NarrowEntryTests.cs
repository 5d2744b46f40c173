namespace Fast.PageTables.Tests.Tables;

/// <summary>What entries of 4 bytes change for who uses them: how far they point, how they are scanned, and that only 4 bytes of a table are theirs.</summary>
public sealed class NarrowEntryTests
{
    private const ulong G4 = 1UL << 32;
    private static readonly IovaRange Page = IovaRange.Of(new Iova(0xC000_0000), 0x1000);

    [Test]
    public void A_root_beyond_the_reach_of_the_entries_is_refused()
    {
        using var arena = new TableArena(new TableArenaOptions { PhysicalBase = G4, HugePages = false });
        Assert.That(() => new PageTable<X86L2>(arena), Throws.ArgumentException.With.Message.Contains("x86-32 table cannot lie at 0x100001000: its entries point to 32 bits"));
    }

    [Test]
    public void A_table_beyond_the_reach_of_the_entries_is_not_used_and_not_kept()
    {
        using var arena = new TableArena(new TableArenaOptions { PhysicalBase = G4 - 0x4000, CapacityBytes = 1 << 20, HugePages = false });
        var table = new PageTable<X86L2>(arena);
        table.Map(Page, new Pfn(5), Permissions.Read | Permissions.Execute);
        table.Map(IovaRange.Of(new Iova(0x40_0000), 0x1000), new Pfn(6), Permissions.Read | Permissions.Execute);
        var used = arena.BytesInUse;
        Assert.That(used, Is.EqualTo(3 * 4096), "what lies below 4 GiB");
        foreach (var bytes in new ulong[] { 0x1000, 0x40_0000 })
        {
            var report = table.TryMap(IovaRange.Of(new Iova(0x80_0000), bytes), new Pfn(7), Permissions.Read | Permissions.Execute);
            Assert.That((report.Status, report.At), Is.EqualTo((MapStatus.OutOfTables, new Iova(0x80_0000))), "one page, and a whole table of pages");
            Assert.That(arena.BytesInUse, Is.EqualTo(used));
        }

        table.Map(IovaRange.Of(new Iova(0x80_0000), 0x40_0000), new Pfn(0x400), Permissions.Read | Permissions.Execute);
        Assert.That(table.TrySplit(new Iova(0x80_0000)).Status, Is.EqualTo(ReshapeStatus.OutOfTables));
        Assert.That(arena.BytesInUse, Is.EqualTo(used));
        Assert.That(table.Translate(new Iova(0xC000_0123)), Is.EqualTo(new PhysicalAddress(0x5123)));
    }

    [Test]
    public void Items_are_scanned_one_by_one_whatever_the_machine_has()
    {
        using var arena = new TableArena();
        Assert.That(new PageTable<X86L2>(arena).Scan, Is.EqualTo(ScanVariant.Scalar));
        foreach (var variant in ScanVariants.Supported.Where(variant => variant != ScanVariant.Scalar))
            Assert.That(() => new PageTable<X86L2>(arena) { Scan = variant }, Throws.ArgumentException.With.Message.Contains($"x86-32 has entries of 4 bytes, which are scanned one by one (Scalar), not by {variant}"));
    }

    [Test]
    public void A_change_of_one_item_leaves_its_neighbour_in_the_same_8_bytes_alone()
    {
        using var arena = new TableArena();
        var table = new PageTable<X86L2>(arena);
        var rights = Permissions.ReadWrite | Permissions.Execute;
        table.Map(IovaRange.Of(new Iova(0), 0x3000), new Pfn(0xFFFFD), rights);
        table.Unmap(IovaRange.Of(new Iova(0x1000), 0x1000));
        table.Protect(IovaRange.Of(new Iova(0x2000), 0x1000), Permissions.Read | Permissions.Execute);
        Assert.That(table.Walk(new Iova(0)).Entry, Is.EqualTo(0xFFFF_D003));
        Assert.That(table.Walk(new Iova(0x1000)).Entry, Is.Zero);
        Assert.That(table.Walk(new Iova(0x2000)).Entry, Is.EqualTo(0xFFFF_F001));
        Assert.That(table.Walk(new Iova(0x3000)).Entry, Is.Zero);
    }
}
