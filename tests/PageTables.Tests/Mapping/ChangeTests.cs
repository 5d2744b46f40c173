namespace Fast.PageTables.Tests.Mapping;

/// <summary>What changes say when they refuse, and what they leave.</summary>
public sealed class ChangeTests
{
    private const ulong G = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private TableArena _arena = null!;
    private PageTable<X64L4> _table = null!;

    [SetUp]
    public void MakeTable()
    {
        _arena = new TableArena(new TableArenaOptions { HugePages = false });
        _table = new PageTable<X64L4>(_arena);
    }

    [TearDown]
    public void DisposeArena() => _arena.Dispose();

    [Test]
    public void A_range_that_is_mapped_already_is_refused_where_it_is()
    {
        _table.Map(Range(0x5000, 0x1000), new Pfn(7), Permissions.ReadWrite);
        var report = _table.TryMap(Range(0x3000, 0x4000), new Pfn(100), Permissions.ReadWrite);
        Assert.That((report.Status, report.At, report.IsDone, report.Leaves.Total), Is.EqualTo((MapStatus.AlreadyMapped, new Iova(0x5000), false, 0UL)));
        Assert.That(report.ToString(), Is.EqualTo("already mapped at 0x5000"));
        Assert.That(_table.Translate(new Iova(0x3000)).IsNone && _table.Translate(new Iova(0x6000)).IsNone, Is.True);
        Assert.That(
            () => _table.Map(Range(0x3000, 0x4000), new Pfn(100), Permissions.ReadWrite),
            Throws.InvalidOperationException.With.Message.EqualTo("cannot map [0x3000, 0x6fff]: already mapped at 0x5000"));
    }

    [Test]
    public void A_map_that_fails_late_takes_back_what_it_wrote()
    {
        _table.Map(Range((3 * G) + 0x5000, 0x1000), new Pfn(7), Permissions.ReadWrite);
        var before = _table.CountLeaves(Range(0, 8 * G));
        var report = _table.TryMap(Range(G - 0x1000, 3 * G), new Pfn((8 * G >> 12) - 1), Permissions.ReadWrite);
        Assert.That(report.Status, Is.EqualTo(MapStatus.AlreadyMapped));
        Assert.That(_table.CountLeaves(Range(0, 8 * G)), Is.EqualTo(before));
    }

    [TestCase(0x1000UL)]
    [TestCase(0x1FF000UL)]
    public void A_range_that_cuts_a_leaf_is_refused(ulong offset)
    {
        _table.Map(Range(M2, M2), new Pfn(512), Permissions.ReadWrite);
        var behind = _table.TryUnmap(Range(M2 + offset, M2));
        Assert.That((behind.Status, behind.At), Is.EqualTo((MapStatus.CutsLeaf, new Iova(M2 + offset))));
        var before = _table.TryUnmap(Range(0, M2 + offset));
        Assert.That((before.Status, before.At), Is.EqualTo((MapStatus.CutsLeaf, new Iova(M2 + offset - 1))));
        Assert.That(before.ToString(), Is.EqualTo($"the range cuts the leaf at {new Iova(M2 + offset - 1)}"));
        Assert.That(_table.Follow(new Iova(M2), out _), Is.True);
        Assert.That(
            () => _table.Unmap(Range(0, M2 + offset)),
            Throws.InvalidOperationException.With.Message.StartsWith("cannot unmap [0x0, ").And.Message.Contains("the range cuts the leaf"));
    }

    [Test]
    public void What_is_wrong_at_the_door_is_said_in_the_fields_words()
    {
        Refused(MapStatus.Misaligned, "not aligned", Range(0x800, 0x1000), 0, Permissions.ReadWrite);
        Refused(MapStatus.Misaligned, "not aligned", Range(0x1000, 0x800), 0, Permissions.ReadWrite);
        Refused(MapStatus.BadInput, "no input address", Range(1UL << 47, 0x1000), 0, Permissions.ReadWrite);
        Refused(MapStatus.BadInput, "no input address", Range((1UL << 47) - 0x1000, 0x2000), 0, Permissions.ReadWrite);
        Refused(MapStatus.BadInput, "no input address", IovaRange.Inclusive(new Iova((1UL << 47) - 0x1000), new Iova(~0UL)), 0, Permissions.ReadWrite);
        Refused(MapStatus.BadOutput, "output address width", Range(0, 0x1000), 1UL << 40, Permissions.ReadWrite);
        Refused(MapStatus.BadOutput, "output address width", Range(0, 0x2000), (1UL << 40) - 1, Permissions.ReadWrite);
        Refused(MapStatus.BadOutput, "output address width", Range(0, 0x1000), 1UL << 60, Permissions.ReadWrite);
        Refused(MapStatus.BadPermissions, "cannot express", Range(0, 0x1000), 0, Permissions.None);
        Refused(MapStatus.BadPermissions, "cannot express", Range(0, 0x1000), 0, Permissions.Write);
        var vtd = new PageTable<VtdSs4>(_arena);
        Assert.That(vtd.TryMap(Range(0, 0x1000), new Pfn(0), Permissions.ReadWrite | Permissions.User).Status, Is.EqualTo(MapStatus.BadPermissions));
        Assert.That(vtd.TryMap(Range(0, 0x1000), new Pfn(0), Permissions.None).Status, Is.EqualTo(MapStatus.BadPermissions));
        Assert.That(vtd.TryMap(Range(1UL << 48, 0x1000), new Pfn(0), Permissions.Read).Status, Is.EqualTo(MapStatus.BadInput));
        var wide = new PageTable<Test16K>(_arena);
        Assert.That(wide.TryMap(Range(0, 0x4000), new Pfn(1), Permissions.Read).Status, Is.EqualTo(MapStatus.Misaligned));
        Assert.That(wide.TryUnmap(Range(0x1000, 0x4000)).Status, Is.EqualTo(MapStatus.Misaligned));
        Assert.That(vtd.TryUnmap(Range(1UL << 48, 0x1000)).Status, Is.EqualTo(MapStatus.BadInput));
    }

    [Test]
    public void A_large_leaf_takes_the_place_of_tables_that_were_emptied_but_kept()
    {
        _table.Map(Range(0, 0x3000), new Pfn(5), Permissions.ReadWrite);
        _table.Map(Range(G - 0x1000, 0x1000), new Pfn(5), Permissions.ReadWrite);
        _table.Unmap(Range(0, G), keepTables: true);
        var kept = _arena.TablesInUse;
        Assert.That(kept, Is.EqualTo(5), "root, one table of level 2, one of level 1, two of level 0");
        var snapshot = _table.Invalidation.Take();
        Assert.That(_table.Map(Range(0, G), new Pfn(0), Permissions.ReadWrite)[2], Is.EqualTo(1));
        Assert.That(_arena.TablesInUse, Is.EqualTo(2));
        Assert.That(_table.Invalidation.Holds(snapshot), Is.False, "a table that a cursor may remember is gone");
    }

    [Test]
    public void Tables_are_freed_when_the_range_covers_them_whole_and_only_then()
    {
        _table.Map(Range(0, 0x1000), new Pfn(5), Permissions.ReadWrite);
        _table.Unmap(Range(0, 0x1000));
        Assert.That(_arena.TablesInUse, Is.EqualTo(4), "the range covers no table");
        _table.Unmap(Range(0, M2));
        Assert.That(_arena.TablesInUse, Is.EqualTo(3));
        _table.Unmap(Range(0, 512 * G));
        Assert.That(_arena.TablesInUse, Is.EqualTo(1));
    }

    [TestCase(1, 0x1000UL)]
    [TestCase(2, 0x1000UL)]
    [TestCase(3, 0x1000UL)]
    [TestCase(4, M2)]
    [TestCase(5, M2 + M2)]
    public void An_arena_that_is_full_is_said_where_it_was_full(int tables, ulong at)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = (ulong)(tables + 1) << 12, HugePages = false });
        var table = new PageTable<X64L4>(arena);
        var report = table.TryMap(Range(0x1000, 4 * M2), new Pfn(0x8000), Permissions.ReadWrite);
        Assert.That((report.Status, report.At), Is.EqualTo((MapStatus.OutOfTables, new Iova(at))));
        Assert.That(report.ToString(), Does.Contain("no memory left for a table").And.Contain("the arena is full"));
        Assert.That(table.CountLeaves(Range(0, G)).Total, Is.Zero);
        table.Unmap(Range(0, 512 * G));
        Assert.That(arena.TablesInUse, Is.EqualTo(1));
    }

    [Test]
    public void No_room_for_a_root_is_said()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 8192 });
        _ = new PageTable<X64L4>(arena);
        Assert.That(() => new PageTable<X64L4>(arena), Throws.InvalidOperationException.With.Message.EqualTo("no room for the root of a x86-64-4l table: the arena of 8K is full"));
    }

    [Test]
    public void A_result_holds_until_something_is_unmapped()
    {
        _table.Map(Range(0, M2), new Pfn(0), Permissions.ReadWrite);
        var snapshot = _table.Invalidation.Take();
        _table.Map(Range(G, 0x1000), new Pfn(1), Permissions.ReadWrite);
        Assert.That(_table.Invalidation.Holds(snapshot), Is.True, "a map takes nothing away");
        _table.Unmap(Range(G, 0x1000));
        Assert.That(_table.Invalidation.Holds(snapshot), Is.False);
        Assert.That(_table.Invalidation.Holds(_table.Invalidation.Take()), Is.True);
    }

    [Test]
    public void Nothing_holds_while_somebody_invalidates()
    {
        var invalidation = new Invalidation();
        var before = invalidation.Take();
        var first = invalidation.Begin();
        var during = invalidation.Take();
        Assert.That(invalidation.Holds(before) || invalidation.Holds(during), Is.False);
        invalidation.Begin().Dispose();
        Assert.That(invalidation.Holds(invalidation.Take()), Is.False, "the first is still at it");
        first.Dispose();
        Assert.That(invalidation.Holds(before) || invalidation.Holds(during), Is.False);
        Assert.That(invalidation.Holds(invalidation.Take()), Is.True);
    }

    [Test]
    public void A_cursor_notices_that_its_table_is_gone()
    {
        _table.Map(Range(0, 0x2000), new Pfn(5), Permissions.ReadWrite);
        var cursor = _table.Cursor();
        Assert.That(cursor.Translate(new Iova(0x1123)), Is.EqualTo(new PhysicalAddress(0x6123)));
        _table.Unmap(Range(0, M2));
        Assert.That(cursor.Translate(new Iova(0x1123)).IsNone, Is.True);
        _table.Map(Range(0, M2), new Pfn(512), Permissions.ReadWrite);
        Assert.That(cursor.Translate(new Iova(0x1123)), Is.EqualTo(new PhysicalAddress(M2 + 0x1123)));
        Assert.That(cursor.Translate(new Iova(1UL << 50)).IsNone, Is.True);
    }

    [Test]
    public void Frame_zero_is_a_frame()
    {
        _table.Map(Range(0x1000, 0x1000), new Pfn(0), Permissions.ReadWrite);
        Assert.That(_table.Translate(new Iova(0x1ABC)), Is.EqualTo(new PhysicalAddress(0xABC)));
        Assert.That(_table.Unmap(Range(0x1000, 0x1000)).Total, Is.EqualTo(1));
        Assert.That(_table.Translate(new Iova(0x1ABC)).IsNone, Is.True);
    }

    [Test]
    public void A_batch_needs_as_many_results_as_addresses() => Assert.That(
        () => _table.Translate(new Iova[3], new PhysicalAddress[2]), Throws.ArgumentException.With.Message.Contains("3 addresses do not fit into 2 results"));

    private static IovaRange Range(ulong start, ulong bytes) => IovaRange.Of(new Iova(start), bytes);

    private void Refused(MapStatus status, string words, IovaRange range, ulong pfn, Permissions permissions)
    {
        var snapshot = _table.Invalidation.Take();
        var report = _table.TryMap(range, new Pfn(pfn), permissions);
        Assert.That((report.Status, report.Leaves.Total), Is.EqualTo((status, 0UL)));
        Assert.That(report.ToString(), Does.Contain(words));
        Assert.That(_arena.TablesInUse, Is.EqualTo(1));
        Assert.That(_table.Invalidation.Holds(snapshot), Is.True);
    }
}
