namespace Fast.PageTables.Tests.Mapping;

/// <summary>What only some formats have: roots that grow, sizes that are not written, addresses in two pieces, tables beside each other as one root.</summary>
public sealed class PeculiarFormatTests
{
    private const ulong T = 1UL << 40;
    private const ulong G = 1UL << 30;
    private TableArena _arena = null!;

    [SetUp]
    public void MakeArena() => _arena = new TableArena(new TableArenaOptions { HugePages = false });

    [TearDown]
    public void DisposeArena() => _arena.Dispose();

    [TestCase(0x0000_0000_0000_1000UL, 2)]
    [TestCase(0x0000_007F_FFFF_F000UL, 2)]
    [TestCase(0x0000_0080_0000_0000UL, 3)]
    [TestCase(0x0001_0000_0000_0000UL, 4)]
    [TestCase(0x0200_0000_0000_0000UL, 5)]
    [TestCase(0xFFFF_FFFF_FFFF_F000UL, 5)]
    public void A_root_grows_as_far_as_an_address_needs_and_keeps_what_stood(ulong input, int level)
    {
        var table = new PageTable<AmdV1>(_arena);
        table.Map(IovaRange.Of(new Iova(0x5000), 0x1000), new Pfn(7), Permissions.Read);
        Assert.That(table.Translate(new Iova(input)).IsNone, Is.True, "what the root does not reach is a hole");
        Assert.That(table.TryUnmap(IovaRange.Of(new Iova(input), 0x1000)).IsDone, Is.True);
        Assert.That(AmdV1.Facts.RootLevel(table.RootWord), Is.EqualTo(2));
        table.Map(IovaRange.Of(new Iova(input), 0x1000), new Pfn(9), Permissions.ReadWrite);
        Assert.That(AmdV1.Facts.RootLevel(table.RootWord), Is.EqualTo(level));
        Assert.That(table.Translate(new Iova(0x5123)), Is.EqualTo(new PhysicalAddress(0x7123)));
        Assert.That(table.Translate(new Iova(input + 0x123)), Is.EqualTo(new PhysicalAddress(0x9123)));
        Assert.That(table.Walk(new Iova(0x5000)), Is.EqualTo(ReferenceWalker.Walk(AmdV1.Facts, _arena.Memory, table.RootWord, new Iova(0x5000), FormatLimits.None)));
        var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(~0UL)));
        var runs = new Run[4];
        Assert.That((table.ReadRuns(ref cursor, runs), cursor.IsAtEnd), Is.EqualTo((2, true)));
        table.Free();
        Assert.That(_arena.BytesInUse, Is.Zero);
    }

    [Test]
    public void A_root_that_has_no_room_to_grow_is_said_and_changes_nothing()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 3 << 12, HugePages = false });
        var table = new PageTable<AmdV1>(arena);
        var before = table.RootWord;
        Assert.That(arena.TryAllocate(4096, true, out _), Is.True);
        var report = table.TryMap(IovaRange.Of(new Iova(T), 0x1000), new Pfn(1), Permissions.Read);
        Assert.That((report.Status, report.At, table.RootWord), Is.EqualTo((MapStatus.OutOfTables, new Iova(T), before)));
    }

    [TestCase(0UL, T / 2, "512 of 1 GiB items")]
    [TestCase(0UL, T, "2 of 512 GiB items")]
    [TestCase(0UL, 3 * (T / 2), "512 of 1 GiB items, 2 of 512 GiB items")]
    [TestCase(T / 2, T, "1024 of 1 GiB items")]
    public void A_leaf_of_512_GiB_is_never_written(ulong start, ulong bytes, string leaves)
    {
        var table = new PageTable<AmdV1>(_arena);
        var report = table.TryMap(IovaRange.Of(new Iova(start), bytes), new Pfn(start >> 12), Permissions.ReadWrite);
        var parts = new[] { (report.Leaves[2], "1 GiB"), (report.Leaves[3], "512 GiB") }.Where(part => part.Item1 != 0).Select(part => $"{part.Item1} of {part.Item2} items");
        Assert.That(string.Join(", ", parts), Is.EqualTo(leaves));
        for (var at = start; at < start + bytes; at += T / 4)
        {
            Assert.That(table.Follow(new Iova(at), out var leaf), Is.True);
            Assert.That(leaf.Size.Shift, Is.Not.EqualTo(39));
        }
    }

    [Test]
    public void Two_leaves_of_several_items_that_look_as_if_they_counted_on_are_two_runs()
    {
        // The word of the larger leaf is the other one's plus a step; both lead to the same frames.
        var table = new PageTable<AmdV1>(_arena);
        table.Map(IovaRange.Of(new Iova(0x2000), 0x2000), new Pfn(0x10), Permissions.ReadWrite);
        table.Map(IovaRange.Of(new Iova(0x4000), 0x4000), new Pfn(0x10), Permissions.ReadWrite);
        table.Map(IovaRange.Of(new Iova(0x41000000 - 0x400000), 0x400000), new Pfn(0x41000), Permissions.ReadWrite);
        table.Map(IovaRange.Of(new Iova(0x41000000), 0x800000), new Pfn(0x41000), Permissions.ReadWrite);
        var range = IovaRange.Of(new Iova(0), 2 * G);
        var plain = ReferencePinner.ReadRuns(AmdV1.Facts, _arena.Memory, table.RootWord, range);
        Assert.That(plain, Has.Count.EqualTo(4));
        foreach (var variant in ScanVariants.Supported)
        {
            var (cursor, runs) = (new RunCursor(range), new Run[1024]);
            var written = PageTableRuns.ReadRuns<AmdV1, ArenaMemory>(_arena.Memory, table.RootWord, variant, ref cursor, runs);
            Assert.That(runs.Take(written), Is.EqualTo(plain), $"{variant}");
        }
    }

    [Test]
    public void An_output_address_carries_from_one_field_into_the_next()
    {
        Carries<Armv8S1G64KLpa>(48, 16, 300);
        Carries<Armv8S1G4KLpa2>(50, 12, 300);
        Carries<Armv8S1G16KLpa2>(50, 14, 1500);
    }

    [Test]
    public void Concatenated_tables_are_one_root()
    {
        var (two, eight, guest) = (new PageTable<Armv8S2G4KIpa40>(_arena), new PageTable<Armv8S2G4KIpa42>(_arena), new PageTable<RiscvSv39x4>(_arena));
        Assert.That(_arena.BytesInUse, Is.EqualTo((2UL + 8 + 4) << 12));
        foreach (var root in new[] { (two.Root.Value, 0x2000UL), (eight.Root.Value, 0x8000UL), (guest.Root.Value, 0x4000UL) })
            Assert.That(root.Item1 & (root.Item2 - 1), Is.Zero, "aligned to all of it");
        Last(two, 40);
        Last(eight, 42);
        Last(guest, 41);
    }

    private static void Last<TFormat>(PageTable<TFormat> table, int bits)
        where TFormat : struct, IRunFormat, IMapFormat
    {
        var last = IovaRange.Inclusive(new Iova((1UL << bits) - 0x1000), new Iova((1UL << bits) - 1));
        table.Map(last, new Pfn(3), Permissions.Read | Permissions.Write);
        Assert.That(table.Translate(last.Last), Is.EqualTo(new PhysicalAddress(0x3FFF)));
        Assert.That(table.Walk(new Iova(1UL << bits)).Status, Is.EqualTo(WalkStatus.BadInput));
    }

    private void Carries<TFormat>(int bit, int shift, int items)
        where TFormat : struct, IRunFormat, IMapFormat
    {
        var table = new PageTable<TFormat>(_arena);
        var output = (1UL << bit) - ((ulong)(items / 2) << shift);
        var range = IovaRange.Of(new Iova(5UL << shift), (ulong)items << shift);
        table.Map(range, new Pfn(output >> 12), Bits.Expressible(TFormat.Facts)[^1]);
        var plain = ReferencePinner.ReadRuns(TFormat.Facts, _arena.Memory, table.RootWord, range);
        Assert.That(plain, Has.Count.EqualTo(1), TFormat.Facts.Name);
        foreach (var variant in ScanVariants.Supported)
        {
            var (cursor, runs) = (new RunCursor(range), new Run[9000]);
            var written = PageTableRuns.ReadRuns<TFormat, ArenaMemory>(_arena.Memory, table.RootWord, variant, ref cursor, runs);
            Assert.That(runs.Take(written), Is.EqualTo(plain), $"{TFormat.Facts.Name} {variant}");
        }

        table.Free();
    }
}
