namespace Fast.PageTables.Interleaving.Tests.Exploration;

/// <summary>The same on real threads and a format of the library, without hooks: readers among writers that map, unmap, split, collapse and free tables.</summary>
[NonParallelizable]
public sealed class ThreadTests
{
    private const int Slots = 3;
    private const ulong Slot = 1UL << 30;
    private const ulong M2 = 2UL << 20;
    private const ulong Here = 64 * Slot;
    private const ulong There = 128 * Slot;

    [Test]
    public void Readers_see_no_wrong_frame_and_no_freed_table() => Race(seed: 1, rounds: 2000);

    /// <summary>dotnet test tests/PageTables.Interleaving.Tests -c Release --filter FullyQualifiedName~Readers_for_long (half an hour).</summary>
    [Test, Explicit("half an hour")]
    public void Readers_for_long_see_no_wrong_frame_and_no_freed_table() => Race(seed: 2, rounds: 2_000_000);

    private static void Race(int seed, int rounds)
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false, PoisonFreed = true });
        var table = new PageTable<X64L4>(arena);
        // What stays mapped all the time, beside what the writers change: a reader that finds a hole here walked through a freed table.
        for (ulong slot = 0; slot < Slots; slot++) table.Map(IovaRange.Of(new Iova((slot * Slot) + (Slot / 2)), M2), new Pfn((Here + (slot * Slot) + (Slot / 2)) >> Pfn.Shift), Permissions.Read);
        var (problem, stop, walks) = ((string?)null, 0, 0L);
        Task[] readers = [.. Enumerable.Range(0, 2).Select(number => Task.Run(() =>
        {
            try
            {
                var random = new Random((seed * 100) + number);
                while (Volatile.Read(ref stop) == 0)
                {
                    Volatile.Write(ref problem, Read(table, random) ?? Volatile.Read(ref problem));
                    Interlocked.Increment(ref walks);
                }
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Volatile.Write(ref problem, failure.ToString());
            }
        }))];
        Parallel.For(0, Slots, new ParallelOptions { MaxDegreeOfParallelism = 2 }, slot => Write(table, new Random((seed * 1000) + slot), (ulong)slot * Slot, rounds / Slots));
        Volatile.Write(ref stop, 1);
        Task.WaitAll(readers);
        Assert.That(problem, Is.Null, $"seed {seed}");
        TestContext.Out.WriteLine($"{walks} walks");
        table.Free();
        Assert.That(arena.TablesInUse, Is.Zero);
    }

    private static string? Read(PageTable<X64L4> table, Random random)
    {
        var slot = (ulong)random.Next(Slots) * Slot;
        using var inside = table.Arena.EnterReader();
        var steady = new Iova(slot + (Slot / 2) + (ulong)random.NextInt64((long)M2));
        if (!table.Follow(steady, out var leaf) || leaf.Pfn.Value != (Here + steady.Value) >> Pfn.Shift) return $"{steady} was never unmapped and leads to {leaf}";
        var at = new Iova(slot + (ulong)random.NextInt64((long)M2 * 2));
        var snapshot = table.Invalidation.Take();
        if (!table.Follow(at, out leaf)) return null;
        var (here, there) = ((Here + at.Value) >> Pfn.Shift, (There + at.Value) >> Pfn.Shift);
        if (leaf.Pfn.Value != here && leaf.Pfn.Value != there) return $"{at} leads to {leaf}";
        // Validated results agree: whatever was found second is what was found first.
        return table.Follow(at, out var again) && again.Pfn != leaf.Pfn && table.Invalidation.Holds(snapshot) ? $"{at} leads to {leaf} and to {again}" : null;
    }

    private static void Write(PageTable<X64L4> table, Random random, ulong slot, int rounds)
    {
        var block = IovaRange.Of(new Iova(slot), M2 * 2);
        for (var round = 0; round < rounds; round++)
        {
            var first = new Pfn(((random.Next(2) == 0 ? Here : There) + slot) >> Pfn.Shift);
            table.Unmap(block, keepTables: random.Next(4) == 0);
            table.Map(block, first, Permissions.ReadWrite, random.Next(2) == 0 ? PageSize.Size4K : PageSize.Size2M);
            if (random.Next(2) == 0) table.TrySplit(new Iova(slot + M2));
            if (random.Next(2) == 0) table.TryCollapse(new Iova(slot + M2), PageSize.Size2M);
            if (random.Next(2) == 0) table.Protect(block, Permissions.Read);
        }
    }
}
