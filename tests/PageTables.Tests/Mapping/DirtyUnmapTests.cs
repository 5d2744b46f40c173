namespace Fast.PageTables.Tests.Mapping;

/// <summary>Unmaps that return dirty bits, and unmaps that return nothing, against a plain walk of each page before.</summary>
public sealed class DirtyUnmapTests
{
    private const ulong M = 1UL << 20;

    [Test]
    public void The_bitmap_is_what_a_plain_walk_sees_on_x86() => Compare<X64L4>(dirtyBit: 1UL << 6);

    [Test]
    public void The_bitmap_is_what_a_plain_walk_sees_on_vtd() => Compare<VtdSs4>(dirtyBit: 1UL << 9);

    [Test]
    public void Leaves_of_several_items_are_dirty_as_a_whole()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<Armv8S1G4K>(arena);
        var range = Range(0, 2 * M);
        table.Map(range, new Pfn(0), Permissions.Read | Permissions.Write);
        table.Unmap(range);
        table.Map(Range(0, M), new Pfn(0), Permissions.Read | Permissions.Write, PageSize.Size4K);
        var cursor = new RunCursor(range);
        var before = new IovaRange[64];
        var ranges = table.HarvestDirty(ref cursor, before, clear: false);
        var expected = new ulong[8];
        foreach (var dirty in before.AsSpan(0, ranges))
        {
            for (var page = dirty.Start.Value >> 12; page <= dirty.Last.Value >> 12 && page < 512; page++) expected[page / 64] |= 1UL << (int)(page % 64);
        }

        var bitmap = new ulong[8];
        Assert.That(table.TryUnmap(range, bitmap).IsDone);
        Assert.That(bitmap, Is.EqualTo(expected));
    }

    [Test]
    public void A_bitmap_that_is_too_short_is_refused_and_nothing_changes()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<X64L4>(arena);
        table.Map(Range(0, 4 * M), new Pfn(0), Permissions.ReadWrite);
        Assert.That(() => table.TryUnmap(Range(0, 4 * M), new ulong[15]), Throws.ArgumentException);
        Assert.That(table.CountLeaves(Range(0, 4 * M)).Total, Is.EqualTo(2));
    }

    [Test]
    public void A_discard_leaves_what_an_unmap_leaves_and_counts_nothing()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var (counted, discarded) = (new PageTable<X64L4>(arena), new PageTable<X64L4>(arena));
        var inside = Range((3 * M) + 0x3000, (9 * M) + 0x5000);
        foreach (var table in new[] { counted, discarded })
        {
            table.Map(Range(0, 16 * M), new Pfn(7), Permissions.ReadWrite);
            table.Map(Range(1024 * M, 1024 * M), new Pfn(0), Permissions.ReadWrite);
        }

        counted.Unmap(inside);
        var report = discarded.TryDiscard(inside);
        Assert.Multiple(() =>
        {
            Assert.That(report.IsDone);
            Assert.That(report.Leaves.Total, Is.Zero);
            Assert.That(discarded.TryDiscard(Range(1024 * M, 4096)).Status, Is.EqualTo(MapStatus.CutsLeaf));
            Assert.That(Pages(discarded), Is.EqualTo(Pages(counted)));
        });
        var inUse = arena.TablesInUse;
        counted.Free();
        Assert.That(arena.TablesInUse * 2, Is.EqualTo(inUse), "both hold as many tables");
    }

    private static void Compare<TFormat>(ulong dirtyBit)
        where TFormat : struct, IRunFormat, IDirtyFormat
    {
        var random = new Random(20260411);
        for (var round = 0; round < 40; round++)
        {
            using var arena = new TableArena(new TableArenaOptions { HugePages = false });
            var table = new PageTable<TFormat>(arena);
            for (var at = 0UL; at < 12 * M;)
            {
                var bytes = Math.Min((ulong)random.Next(1, 900) << 12, (12 * M) - at);
                if (random.Next(4) != 0) table.Map(Range(at, bytes), new Pfn((at >> 12) + (random.Next(2) == 0 ? 0UL : 3UL)), Permissions.ReadWrite);
                at += bytes;
            }

            Write(table, dirtyBit, random);
            var (first, end) = WholeLeaves(table, (ulong)random.Next(0, 1500) << 12, (ulong)random.Next(1600, 3072) << 12);
            var range = IovaRange.Of(new Iova(first), end - first);
            var expected = new ulong[(range.Pages + 63) / 64];
            ulong leaves = 0;
            for (var page = 0UL; page < range.Pages; page++)
            {
                var walk = ReferenceWalker.Walk(TFormat.Facts, arena.Memory, table.RootWord, new Iova(first + (page << 12)), FormatLimits.None);
                if (!walk.IsLeaf) continue;
                if ((walk.Entry & dirtyBit) != 0) expected[page / 64] |= 1UL << (int)(page % 64);
                if (((first + (page << 12)) & walk.Leaf.Size.OffsetMask) == 0) leaves++;
            }

            var bitmap = new ulong[expected.Length];
            var report = table.TryUnmap(range, bitmap);
            Assert.That(report.IsDone, $"round {round}: {report}");
            Assert.That(bitmap, Is.EqualTo(expected), $"round {round}: {range}");
            Assert.That(report.Leaves.Total, Is.EqualTo(leaves), $"round {round}: {range}");
            Assert.That(table.CountLeaves(range).Total, Is.Zero);
        }
    }

    /// <summary>Sets the dirty bit of some leaves, as hardware would.</summary>
    private static void Write<TFormat>(PageTable<TFormat> table, ulong dirtyBit, Random random)
        where TFormat : struct, IRunFormat
    {
        for (var at = 0UL; at < 12 * M; at += 4096)
        {
            if (random.Next(3) != 0) continue;
            var walk = table.Walk(new Iova(at));
            if (!walk.IsLeaf) continue;
            ref var item = ref Item(table, at, walk.Level);
            item |= dirtyBit;
        }
    }

    private static ref ulong Item<TFormat>(PageTable<TFormat> table, ulong at, int level)
        where TFormat : struct, IRunFormat
    {
        var address = table.Root.Value;
        for (var i = TFormat.Facts.TopLevel; ; i--)
        {
            ref var items = ref TableItems.Of(ref table.Arena.Memory.Table(address, 4096));
            ref var item = ref System.Runtime.CompilerServices.Unsafe.Add(ref items, (nuint)(at >> TFormat.Facts.Levels[i].Shift) & 511);
            if (i == level) return ref item;
            address = item & 0x000F_FFFF_FFFF_F000;
        }
    }

    private static (ulong First, ulong End) WholeLeaves<TFormat>(PageTable<TFormat> table, ulong first, ulong end)
        where TFormat : struct, IRunFormat
    {
        if (table.Follow(new Iova(first), out var leaf)) first &= ~leaf.Size.OffsetMask;
        if (table.Follow(new Iova(end - 1), out leaf)) end = ((end - 1) | leaf.Size.OffsetMask) + 1;
        return (first, end);
    }

    private static List<(ulong, ulong)> Pages(PageTable<X64L4> table)
    {
        var pages = new List<(ulong, ulong)>();
        for (var at = 0UL; at < 16 * M; at += 4096)
        {
            if (table.Follow(new Iova(at), out var leaf)) pages.Add((at, leaf.Pfn.Value));
        }

        return pages;
    }

    private static IovaRange Range(ulong start, ulong bytes) => IovaRange.Of(new Iova(start), bytes);
}
