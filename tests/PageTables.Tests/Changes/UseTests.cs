namespace Fast.PageTables.Tests.Changes;

/// <summary>Permissions and use where one bit stands for both, single leaves as words, and the wide search.</summary>
public sealed class UseTests
{
    [Test]
    public void Clean_is_not_read_only_in_stage_1() => Tracked<Armv8S1G4K>(clean: 1UL << 7);

    [Test]
    public void Clean_is_not_read_only_in_stage_2() => Tracked<Armv8S2G4K>(clean: 0);

    [Test]
    public void Protect_refuses_what_it_cannot_do_and_changes_nothing()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<VtdSs4>(arena);
        var range = IovaRange.Of(new Iova(0), 4UL << 20);
        table.Map(range, new Pfn(0), Permissions.ReadWrite);
        var snapshot = table.Invalidation.Take();
        Assert.Multiple(() =>
        {
            Assert.That(table.TryProtect(range, Permissions.None).Status, Is.EqualTo(MapStatus.BadPermissions));
            Assert.That(table.TryProtect(IovaRange.Of(new Iova(0), 3UL << 20), Permissions.Read).Status, Is.EqualTo(MapStatus.CutsLeaf));
            Assert.That(table.TryProtect(IovaRange.Of(new Iova(0), 0x800), Permissions.Read).Status, Is.EqualTo(MapStatus.Misaligned));
            Assert.That(() => table.Protect(IovaRange.Of(new Iova(1UL << 20), 1UL << 20), Permissions.Read), Throws.InvalidOperationException.With.Message.Contains("cuts the leaf"));
            Assert.That(table.Invalidation.Holds(snapshot), Is.True);
            Assert.That(table.Protect(range, Permissions.Read)[1], Is.EqualTo(2));
            Assert.That(table.Invalidation.Holds(snapshot), Is.False);
        });
    }

    [Test]
    public void A_harvest_needs_room()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        Assert.That(
            () =>
            {
                var cursor = new RunCursor(IovaRange.Of(new Iova(0), 4096));
                table.HarvestDirty(ref cursor, [], clear: false);
            },
            Throws.ArgumentException);
    }

    [Test]
    public void The_wide_search_finds_what_the_plain_one_finds()
    {
        var random = new Random(20261120);
        var items = new ulong[80];
        for (var round = 0; round < 2000; round++)
        {
            for (var i = 0; i < items.Length; i++) items[i] = (ulong)random.NextInt64() & 0x0080_0000_0000_00C0UL | (random.Next(2) == 0 ? 1UL << 51 : 0);
            var (first, count) = (random.Next(16), (nuint)random.Next(65));
            var (mask, value, any) = random.Next(3) switch { 0 => (0x40UL, 0x40UL, 0UL), 1 => (1UL << 51 | 0x80, 1UL << 51, 1UL << 55), _ => (1UL << 51 | 0x80, 1UL << 51 | 0x80, 0UL) };
            Assert.That(UseScan.Find(ref items[first], count, mask, value, any), Is.EqualTo(ReferenceUseScan.Find(ref items[first], count, mask, value, any)));
        }
    }

    private static void Tracked<TFormat>(ulong clean)
        where TFormat : struct, IProtectFormat, IDirtyFormat
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var range = IovaRange.Of(new Iova(0), 4096);
        table.Map(range, new Pfn(5), Permissions.ReadWrite);
        Assert.That(Harvest(table, clear: true), Is.EqualTo(1), "a new leaf is dirty: without the feature a clean one would not be writable");
        Assert.That(table.Walk(range.Start).Entry & (1UL << 7), Is.EqualTo(clean));
        Assert.That(table.Walk(range.Start).Leaf.Permissions.HasFlag(Permissions.Write), Is.True, "clean is writable");
        table.Protect(range, Permissions.ReadWrite | Permissions.UserExecute);
        Assert.That(Harvest(table, clear: false), Is.Zero, "still clean");
        Hardware.Touch(TFormat.Facts, arena, table.RootWord, 0, write: true);
        table.Protect(range, Permissions.Read);
        Assert.That(table.Walk(range.Start).Leaf.Permissions, Is.EqualTo(Permissions.Read));
        Assert.That(Harvest(table, clear: true), Is.EqualTo(1), "dirty although read-only now");
        Assert.That(Harvest(table, clear: true), Is.Zero);
        Assert.That(table.Walk(range.Start).Leaf.Permissions, Is.EqualTo(Permissions.Read), "and harvesting makes nothing writable");
    }

    private static int Harvest<TFormat>(PageTable<TFormat> table, bool clear)
        where TFormat : struct, IDirtyFormat
    {
        var cursor = new RunCursor(IovaRange.Of(new Iova(0), 1UL << 30));
        return table.HarvestDirty(ref cursor, new IovaRange[4], clear);
    }
}
