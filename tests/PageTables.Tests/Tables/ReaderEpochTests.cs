using System.Runtime.InteropServices;

namespace Fast.PageTables.Tests.Tables;

public sealed class ReaderEpochTests
{
    private static TableArena Arena(ulong slots = 64) => new(new TableArenaOptions { CapacityBytes = slots << 12, HugePages = false });

    private static ulong Take(TableArena arena) =>
        arena.TryAllocate(4096, true, out var address) ? address : throw new InvalidOperationException("the arena is full");

    [Test]
    public void A_freed_table_waits_for_the_reader_that_was_inside()
    {
        using var arena = Arena();
        var table = Take(arena);
        var reader = arena.EnterReader();
        arena.Free(table, 4096);
        Assert.That(arena.BytesInUse, Is.Zero, "a table in limbo is not in use");
        for (var i = 0; i < 4; i++) Assert.That(Take(arena), Is.Not.EqualTo(table));
        reader.Dispose();
        Assert.That(Take(arena), Is.EqualTo(table));
    }

    [Test]
    public void A_reader_that_entered_after_the_free_does_not_hold_the_table()
    {
        using var arena = Arena();
        var table = Take(arena);
        arena.Free(table, 4096);
        using var late = arena.EnterReader();
        Assert.That(Take(arena), Is.EqualTo(table));
    }

    [Test]
    public void The_oldest_reader_decides_in_which_order_tables_come_back()
    {
        using var arena = Arena();
        var (first, second) = (Take(arena), Take(arena));
        var old = arena.EnterReader();
        arena.Free(first, 4096);
        var young = arena.EnterReader();
        arena.Free(second, 4096);
        old.Dispose();
        Assert.That(Take(arena), Is.EqualTo(first));
        Assert.That(Take(arena), Is.Not.EqualTo(second));
        young.Dispose();
        Assert.That(Take(arena), Is.EqualTo(second));
    }

    [Test]
    public void What_a_reader_sees_of_a_freed_table_stays_as_it_was()
    {
        using var arena = Arena();
        var table = Take(arena);
        var items = MemoryMarshal.CreateSpan(ref TableItems.Of(ref arena.Memory.Table(table, 4096)), 512);
        items.Fill(0xABCD);
        using var reader = arena.EnterReader();
        arena.Free(table, 4096);
        for (var i = 0; i < 8; i++) _ = Take(arena);
        Assert.That(items.ContainsAnyExcept(0xABCDUL), Is.False);
    }

    [Test]
    public void A_freed_table_is_poisoned_where_asked_but_not_before_its_readers_have_left()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 64 << 12, HugePages = false, PoisonFreed = true });
        var table = Take(arena);
        var items = MemoryMarshal.CreateSpan(ref TableItems.Of(ref arena.Memory.Table(table, 4096)), 512);
        items.Fill(0xABCD);
        var reader = arena.EnterReader();
        arena.Free(table, 4096);
        var other = Take(arena);
        Assert.That(items.ContainsAnyExcept(0xABCDUL), Is.False, "the reader may still be reading it");
        reader.Dispose();
        arena.Free(other, 4096);
        Assert.That(items.ContainsAnyExcept(TableArena.FreedItem), Is.False);
        Assert.That(Take(arena), Is.EqualTo(table));
        Assert.That(items.ContainsAnyExcept(0UL), Is.False, "whoever asks for an empty table gets one");
    }

    [Test]
    public void Poison_is_present_in_no_format_of_the_library()
    {
        foreach (var format in HardwareFormats.All.Where(format => !format.Facts.IsHatched))
            foreach (var level in format.Facts.Levels.Select((_, level) => level))
                Assert.That(ReferenceDecoder.Decode(format.Facts, level, TableArena.FreedItem, new Iova(0), FormatLimits.None).Kind, Is.EqualTo(EntryKind.NotPresent), $"{format.Facts.Name}, level {level}");
    }

    [Test]
    public void The_sixty_fifth_reader_is_told_to_wait()
    {
        using var arena = Arena();
        var readers = Enumerable.Range(0, 64).Select(_ => arena.EnterReader()).ToList();
        Assert.That(() => arena.EnterReader(), Throws.InvalidOperationException.With.Message.Contains("64 readers are inside the arena already: dispose a ReaderScope first"));
        readers[17].Dispose();
        arena.EnterReader().Dispose();
        foreach (var (reader, index) in readers.Select((reader, index) => (reader, index)))
            if (index != 17) reader.Dispose();
    }

    [Test]
    public void A_reader_that_never_leaves_only_costs_memory()
    {
        using var arena = Arena(slots: 16);
        using var reader = arena.EnterReader();
        for (var i = 0; i < 15; i++) arena.Free(Take(arena), 4096);
        Assert.That(arena.TryAllocate(4096, true, out _), Is.False);
        Assert.That(arena.BytesInUse, Is.Zero);
    }

    [Test]
    public void Threads_that_take_and_free_tables_never_share_one()
    {
        using var arena = Arena(slots: 2048);
        var failures = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new Random(100 + thread);
            var mine = new List<(ulong Address, int Bytes, ulong Mark)>();
            for (var step = 0; step < 6000; step++)
            {
                if (random.OneIn(8)) arena.EnterReader().Dispose();
                if (mine.Count < 40 && random.Next(100) < 55)
                {
                    var bytes = 4096 << random.Next(3);
                    var zeroed = random.OneIn(2);
                    if (!arena.TryAllocate(bytes, zeroed, out var address)) continue;
                    var items = MemoryMarshal.CreateSpan(ref TableItems.Of(ref arena.Memory.Table(address, (nuint)bytes)), bytes / 8);
                    if (zeroed && items.ContainsAnyExcept(0UL)) Interlocked.Increment(ref failures);
                    var mark = ((ulong)thread << 32) | (uint)step | (1UL << 60);
                    items.Fill(mark);
                    mine.Add((address, bytes, mark));
                }
                else if (mine.Count > 0)
                {
                    var at = random.Next(mine.Count);
                    var (address, bytes, mark) = mine[at];
                    mine.RemoveAt(at);
                    var items = MemoryMarshal.CreateSpan(ref TableItems.Of(ref arena.Memory.Table(address, (nuint)bytes)), bytes / 8);
                    if (items.ContainsAnyExcept(mark)) Interlocked.Increment(ref failures);
                    arena.Free(address, bytes);
                }
            }

            foreach (var (address, bytes, _) in mine) arena.Free(address, bytes);
        });
        Assert.That(failures, Is.Zero);
        Assert.That((arena.BytesInUse, arena.TablesInUse), Is.EqualTo((0UL, 0UL)));
    }
}
