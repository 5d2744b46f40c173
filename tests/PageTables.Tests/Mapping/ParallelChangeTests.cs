namespace Fast.PageTables.Tests.Mapping;

/// <summary>Writers of disjoint ranges side by side, and readers among them.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class ParallelChangeTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private const int Writers = 3;
    private static readonly FormatFacts Facts = TFormat.Facts;

    [Test]
    public void Writers_of_disjoint_ranges_and_readers_do_not_disturb_each_other()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var permissions = Bits.Expressible(Facts)[^1];
        var (g, m) = (Bits.Granule(Facts), 1UL << Facts.Levels[1].Shift);
        var smallSlots = (int)Math.Min(40, m / (Writers * 4 * g));
        var stop = 0;
        var wrong = new List<string>();

        void Note(string what)
        {
            lock (wrong) wrong.Add(what);
        }

        void Write(int writer)
        {
            var random = new Random(1000 + writer);
            var mine = new Dictionary<ulong, ulong>();
            for (var step = 0; step < 1500; step++)
            {
                // Small pages of all writers share tables; whole tables and large leaves belong to one.
                var small = random.Next(3) != 0;
                var slot = (ulong)random.Next(small ? smallSlots : 40);
                var start = small
                    ? (((slot * Writers) + (ulong)writer) * 4 * g) + (m * (ulong)random.Next(3))
                    : (8 * m) + (((slot * Writers) + (ulong)writer) * 2 * m);
                if (mine.Remove(start, out var mapped))
                {
                    // Covering the whole slot also frees its tables.
                    var bytes = small ? mapped : 2 * m;
                    if (!table.TryUnmap(IovaRange.Of(new Iova(start), bytes), keepTables: random.OneIn(3)).IsDone) Note($"unmap 0x{start:x}");
                    if (!table.Translate(new Iova(start)).IsNone) Note($"0x{start:x} is still there");
                    continue;
                }

                var length = small ? g * (ulong)random.Next(1, 5) : random.Next(3) switch { 0 => m, 1 => 2 * m, _ => m + g };
                var report = table.TryMap(IovaRange.Of(new Iova(start), length), Frame(start), permissions);
                if (!report.IsDone) Note($"map 0x{start:x}: {report}");
                else mine.Add(start, length);
                if (table.Translate(new Iova(start + length - 1)) != new PhysicalAddress(Output(start) + length - 1)) Note($"0x{start:x} is not there");
            }

            foreach (var (start, length) in mine) table.Unmap(IovaRange.Of(new Iova(start), length));
        }

        void Read()
        {
            var random = new Random(1);
            var runs = new Run[64];
            while (Volatile.Read(ref stop) == 0)
            {
                using var inside = arena.EnterReader();
                var at = new Iova(random.NextWord() % ((8 + (40 * Writers * 2)) * m));
                var snapshot = table.Invalidation.Take();
                if (table.Follow(at, out var leaf) && leaf.Pfn.Value != (Output(at.Value) >> 12) && table.Invalidation.Holds(snapshot)) Note($"{at} reads {leaf.Pfn}");
                if (!random.OneIn(16)) continue;
                var cursor = new RunCursor(IovaRange.Of(new Iova(at.Value & ~(m - 1)), 2 * m));
                snapshot = table.Invalidation.Take();
                var count = table.ReadRuns(ref cursor, runs);
                foreach (var run in runs.AsSpan(0, count))
                    if (run.Pfn.Value != Output(run.Start.Value) >> 12 && table.Invalidation.Holds(snapshot)) Note($"{run}");
            }
        }

        var reader = Task.Run(Read);
        Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, Write);
        Volatile.Write(ref stop, 1);
        reader.GetAwaiter().GetResult();
        Assert.That(wrong, Is.Empty);
        table.Unmap(IovaRange.Of(new Iova(0), Bits.Stretches(Facts).Bytes is var bytes and not 0 ? bytes : 1UL << 63));
        Assert.That(arena.BytesInUse, Is.EqualTo((ulong)Facts.Levels[Facts.RootLevel(table.RootWord)].TableBytes), "a root that grew stays");
    }

    /// <summary>Where an address leads is fixed, so that a reader knows what it must find; frame and address are congruent.</summary>
    private static ulong Output(ulong input) => input + (1UL << (Facts.Levels[1].Shift + 3));

    private static Pfn Frame(ulong input) => new(Output(input) >> 12);
}
