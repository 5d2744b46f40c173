namespace Fast.PageTables.Tests.Tables;

public sealed class TableArenaTests
{
    private static TableArena Arena(ulong slots, ulong physicalBase = 0) =>
        new(new TableArenaOptions { CapacityBytes = slots << 12, PhysicalBase = physicalBase, HugePages = false });

    [TestCase(4096)]
    [TestCase(16384)]
    [TestCase(65536)]
    [TestCase(1 << 20)]
    public void A_table_is_aligned_to_its_size(int bytes)
    {
        using var arena = Arena(4096, physicalBase: 0x7000);
        for (var i = 0; i < 4; i++)
        {
            Assert.That(arena.TryAllocate(4096, zeroed: false, out _), Is.True);
            Assert.That(arena.TryAllocate(bytes, zeroed: true, out var address), Is.True);
            Assert.That(address & (ulong)(bytes - 1), Is.Zero);
            Assert.That(address, Is.InRange(arena.PhysicalBase, arena.PhysicalBase + arena.CapacityBytes - (ulong)bytes));
        }
    }

    [Test]
    public void Tables_taken_one_after_the_other_lie_one_after_the_other()
    {
        using var arena = Arena(64);
        Assert.That(arena.TryAllocate(4096, true, out var first), Is.True);
        for (ulong i = 1; i < 8; i++)
        {
            Assert.That(arena.TryAllocate(4096, true, out var next), Is.True);
            Assert.That(next, Is.EqualTo(first + (i << 12)));
        }
    }

    [Test]
    public void No_table_lies_at_the_first_byte_so_that_zero_is_no_table()
    {
        using var arena = Arena(64);
        Assert.That(arena.TryAllocate(4096, true, out var first), Is.True);
        Assert.That(first, Is.Not.Zero);
    }

    [Test]
    public void Bytes_and_tables_in_use_are_exact()
    {
        using var arena = Arena(256);
        var taken = new List<(ulong Address, int Bytes)>();
        foreach (var bytes in new[] { 64, 4096, 16384, 4096, 65536 })
        {
            Assert.That(arena.TryAllocate(bytes, true, out var address), Is.True);
            taken.Add((address, bytes));
            Assert.That((arena.BytesInUse, arena.TablesInUse), Is.EqualTo(((ulong)taken.Sum(table => table.Bytes), (ulong)taken.Count)));
        }

        while (taken.Count > 0)
        {
            arena.Free(taken[0].Address, taken[0].Bytes);
            taken.RemoveAt(0);
            Assert.That((arena.BytesInUse, arena.TablesInUse), Is.EqualTo(((ulong)taken.Sum(table => table.Bytes), (ulong)taken.Count)));
        }
    }

    [Test]
    public void An_arena_that_is_full_says_no_and_changes_nothing()
    {
        using var arena = Arena(8);
        var taken = new List<ulong>();
        while (arena.TryAllocate(4096, true, out var address)) taken.Add(address);
        Assert.That(taken, Has.Count.EqualTo(7));
        Assert.That(arena.TryAllocate(16384, true, out var none), Is.False);
        Assert.That(none, Is.Zero);
        Assert.That((arena.BytesInUse, arena.TablesInUse), Is.EqualTo((7UL << 12, 7UL)));
        arena.Free(taken[3], 4096);
        Assert.That(arena.TryAllocate(4096, true, out var again), Is.True);
        Assert.That(again, Is.EqualTo(taken[3]));
        Assert.That(arena.TryAllocate(4096, true, out _), Is.False);
    }

    [Test]
    public void A_large_table_that_does_not_fit_leaves_room_for_small_ones()
    {
        using var arena = Arena(6);
        Assert.That(arena.TryAllocate(4096, true, out _), Is.True);
        Assert.That(arena.TryAllocate(16384, true, out _), Is.False);
        for (var i = 0; i < 4; i++) Assert.That(arena.TryAllocate(4096, true, out _), Is.True);
        Assert.That(arena.TryAllocate(4096, true, out _), Is.False);
    }

    [Test]
    public void Slots_skipped_for_alignment_serve_small_tables()
    {
        using var arena = Arena(8);
        Assert.That(arena.TryAllocate(16384, true, out var large), Is.True);
        Assert.That(large, Is.EqualTo(4UL << 12));
        var small = new HashSet<ulong>();
        while (arena.TryAllocate(4096, true, out var address)) small.Add(address);
        Assert.That(small, Is.EquivalentTo(new[] { 1UL << 12, 2UL << 12, 3UL << 12 }));
    }

    [TestCase(4096)]
    [TestCase(65536)]
    public void A_zeroed_table_is_zero_even_when_it_was_used_before(int bytes)
    {
        using var arena = Arena(64);
        Assert.That(arena.TryAllocate(bytes, true, out var address), Is.True);
        Items(arena, address, bytes).Fill(ulong.MaxValue);
        arena.Free(address, bytes);
        Assert.That(arena.TryAllocate(bytes, zeroed: true, out var again), Is.True);
        Assert.That(again, Is.EqualTo(address));
        Assert.That(Items(arena, again, bytes).ContainsAnyExcept(0UL), Is.False);
    }

    [TestCase(0x1000UL, 4096, TestName = "never handed out")]
    [TestCase(0x0UL, 4096, TestName = "below the arena")]
    [TestCase(0x100_0000UL, 4096, TestName = "the slot that ends the lists")]
    [TestCase(0x100_1800UL, 2048, TestName = "inside a slot")]
    [TestCase(0x100_1000UL, 16384, TestName = "not aligned to its size")]
    [TestCase(0x100_1000UL, 3000, TestName = "no table size")]
    [TestCase(0x100_1000UL, 0, TestName = "no bytes")]
    [TestCase(ulong.MaxValue & ~0xFFFUL, 4096, TestName = "far above")]
    public void A_foreign_table_is_refused(ulong address, int bytes)
    {
        using var arena = Arena(64, physicalBase: 0x100_0000);
        Assert.That(arena.TryAllocate(4096, true, out _), Is.True);
        Assert.That(() => arena.Free(address, bytes), Throws.ArgumentException.With.Message.Contains($"0x{address:x}"));
        Assert.That(arena.TablesInUse, Is.EqualTo(1));
    }

    [Test]
    public void A_table_given_back_twice_is_refused()
    {
        using var arena = Arena(64);
        Assert.That(arena.TryAllocate(4096, true, out var address), Is.True);
        arena.Free(address, 4096);
        Assert.That(() => arena.Free(address, 4096), Throws.ArgumentException.With.Message.Contains("no table of this arena"));
        Assert.That(arena.TablesInUse, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(4)]
    [TestCase(5000)]
    [TestCase(2 << 20)]
    public void An_impossible_table_size_is_refused(int bytes)
    {
        using var arena = Arena(64);
        Assert.That(() => arena.TryAllocate(bytes, true, out _), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("power of two"));
    }

    [TestCase(4096UL, 0UL, "at least 8K")]
    [TestCase(0x10800UL, 0UL, "multiple of 4K")]
    [TestCase(0x10000UL, 0x800UL, "not a multiple of 4K")]
    [TestCase(0x10000UL, 0xFFFF_FFFF_FFFF_8000UL, "wrap at 2^64")]
    public void Impossible_options_are_refused(ulong capacity, ulong physicalBase, string reason) => Assert.That(
        () => new TableArena(new TableArenaOptions { CapacityBytes = capacity, PhysicalBase = physicalBase }),
        Throws.ArgumentException.With.Message.Contains(reason));

    [Test]
    public void A_disposed_arena_refuses_everything_and_may_be_disposed_again()
    {
        var arena = Arena(64);
        Assert.That(arena.TryAllocate(4096, true, out var address), Is.True);
        arena.Dispose();
        arena.Dispose();
        Assert.That(() => arena.TryAllocate(4096, true, out _), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => arena.Free(address, 4096), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => arena.Memory, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => arena.EnterReader(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Only_address_space_is_taken_at_first()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 40 });
        Assert.That(arena.TryAllocate(4096, true, out var address), Is.True);
        Assert.That(Items(arena, address, 4096).ContainsAnyExcept(0UL), Is.False);
    }

    private static Span<ulong> Items(TableArena arena, ulong address, int bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref TableItems.Of(ref arena.Memory.Table(address, (nuint)bytes)), bytes / 8);
}
