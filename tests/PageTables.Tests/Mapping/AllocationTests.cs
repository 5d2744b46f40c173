namespace Fast.PageTables.Tests.Mapping;

/// <summary>Hot paths leave the managed heap alone.</summary>
[NonParallelizable]
public sealed class AllocationTests
{
    private const ulong G = 1UL << 30;
    private TableArena _arena = null!;
    private PageTable<X64L4> _source = null!;
    private PageTable<VtdSs4> _destination = null!;

    [SetUp]
    public void MakeTables()
    {
        _arena = new TableArena(new TableArenaOptions { HugePages = false });
        (_source, _destination) = (new PageTable<X64L4>(_arena), new PageTable<VtdSs4>(_arena));
        _source.Map(Range(G, 64 << 20), new Pfn(1), Permissions.ReadWrite);
        _source.Map(Range(4 * G, 2 * G), new Pfn(8 * G >> 12), Permissions.ReadWrite);
    }

    [TearDown]
    public void DisposeArena() => _arena.Dispose();

    [Test]
    public void Walks_allocate_nothing()
    {
        var cursor = _source.Cursor();
        var (inputs, outputs) = (Enumerable.Range(0, 100).Select(page => new Iova(G + ((ulong)page << 12))).ToArray(), new PhysicalAddress[100]);
        Nothing("walk", () => _source.Walk(new Iova(G)));
        Nothing("walk to nowhere", () => _source.Walk(new Iova(1UL << 50)));
        Nothing("follow", () => _source.Follow(new Iova(G), out _));
        Nothing("translate", () => _source.Translate(new Iova(4 * G)));
        Nothing("cursor", () => cursor.Translate(new Iova(G + 0x5000)));
        Nothing("batch", () => _source.Translate(inputs, outputs));
        Nothing("reader scope", () => _arena.EnterReader().Dispose());
        Nothing("plain walk", () => ReferenceWalker.Walk(X64L4.Facts, _arena.Memory, _source.RootWord, new Iova(G), FormatLimits.None));
    }

    [Test]
    public void Scans_allocate_nothing()
    {
        var runs = new Run[64];
        foreach (var variant in ScanVariants.Supported)
        {
            Nothing($"{variant}", () =>
            {
                var cursor = new RunCursor(Range(G, 5 * G));
                while (!cursor.IsAtEnd) PageTableRuns.ReadRuns<X64L4, ArenaMemory>(_arena.Memory, _source.RootWord, variant, ref cursor, runs);
            });
        }

        Nothing("count", () => _source.CountLeaves(Range(G, 5 * G)));
    }

    [Test]
    public void Maps_and_unmaps_allocate_nothing()
    {
        Nothing("map, unmap", () =>
        {
            _destination.Map(Range(0x1000, G), new Pfn(1), Permissions.ReadWrite);
            _destination.Unmap(Range(0x1000, G));
        });
        Nothing("refused", () => _source.TryMap(Range(G - 0x1000, 0x2000), new Pfn(0), Permissions.ReadWrite));
        Nothing("cut", () => _source.TryUnmap(Range(4 * G, 0x1000)));
        Nothing("emptied, kept, replaced", () =>
        {
            _destination.Map(Range(0, 0x1000), new Pfn(1), Permissions.ReadWrite);
            _destination.Unmap(Range(0, 0x1000), keepTables: true);
            _destination.Map(Range(0, G), new Pfn(0), Permissions.ReadWrite);
            _destination.Unmap(Range(0, G));
        });
    }

    [Test]
    public void Pins_allocate_nothing() => Nothing("pin", () =>
    {
        PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(_source, Range(4 * G, 2 * G), _destination, new Iova(4 * G), Permissions.ReadWrite);
        PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(_source, Range(G, 64 << 20), _destination, new Iova(G), Permissions.ReadWrite);
        PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(_source, Range(G, 64 << 20), _destination, new Iova(G), Permissions.ReadWrite);
        _destination.Unmap(Range(0, 512 * G));
    });

    private static IovaRange Range(ulong start, ulong bytes) => IovaRange.Of(new Iova(start), bytes);

    private static void Nothing(string what, Action action)
    {
        for (var i = 0; i < 40; i++) action();
        // The compiler's own threads do not count here; a second try forgives what the first one set up late.
        var bytes = long.MaxValue;
        for (var attempt = 0; attempt < 3 && bytes != 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++) action();
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(bytes, Is.Zero, what);
    }
}
