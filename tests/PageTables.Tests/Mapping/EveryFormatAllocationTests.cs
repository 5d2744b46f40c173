namespace Fast.PageTables.Tests.Mapping;

/// <summary>No operation of any format touches the managed heap.</summary>
[TestFixtureSource(typeof(EachFormat))]
[NonParallelizable]
public sealed class EveryFormatAllocationTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;

    [Test]
    public void Nothing_is_taken_from_the_managed_heap()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 26, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var (g, m) = (Bits.Granule(Facts), 1UL << Facts.Levels[1].Shift);
        var (permissions, runs, inputs, outputs) = (Bits.Expressible(Facts)[^1], new Run[600], new Iova[40], new PhysicalAddress[40]);
        for (var i = 0; i < inputs.Length; i++) inputs[i] = new Iova((ulong)i * g);
        var cursor = table.Cursor();
        void Work()
        {
            table.Map(IovaRange.Of(new Iova(g), (2 * m) - g), new Pfn(g >> 12), permissions);
            table.Walk(new Iova(g));
            table.Follow(new Iova(m), out _);
            cursor.Translate(new Iova(g));
            table.Translate(inputs, outputs);
            var at = new RunCursor(IovaRange.Of(new Iova(0), 4 * m));
            while (!at.IsAtEnd) table.ReadRuns(ref at, runs);
            table.TryMap(IovaRange.Of(new Iova(g), m), new Pfn(0), permissions);
            table.Unmap(IovaRange.Of(new Iova(0), 4 * m));
        }

        for (var i = 0; i < 40; i++) Work();
        var bytes = long.MaxValue;
        for (var attempt = 0; attempt < 5 && bytes != 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5; i++) Work();
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(bytes, Is.Zero);
    }
}
