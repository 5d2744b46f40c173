namespace Fast.PageTables.Tests.Changes;

/// <summary>
/// One writer changes while hardware, a thread, notes that it wrote. In each round both begin at once; afterwards the page that hardware wrote must be
/// reported dirty.
/// </summary>
[TestFixtureSource(typeof(EveryFormat))]
[NonParallelizable]
public sealed class LiveChangeTests<TFormat>
    where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat, IAccessedFormat, IDirtyFormat
{
    private const int Rounds = 400;
    private static readonly FormatFacts Facts = TFormat.Facts;
    private readonly IovaRange[] _ranges = new IovaRange[64];
    private long _round;
    private long _done;
    private ulong _target;
    private bool _wrote;

    [Test]
    public void No_write_is_lost_while_leaves_are_split_collapsed_protected_and_harvested()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var range = IovaRange.Of(new Iova(1UL << Facts.Levels[1].Shift), 1UL << Facts.Levels[1].Shift);
        var permissions = Enumerable.Range(0, 32).Select(bits => (Permissions)bits)
            .First(bits => bits.HasFlag(Permissions.Write) && TFormat.TryEncodeLeaf(new PageSize(Facts.Levels[0].Shift), new PhysicalAddress(0), bits, out _));
        table.Map(range, new Pfn(0), permissions);
        var hardware = new Thread(() => Write(table, arena)) { IsBackground = true };
        hardware.Start();
        var random = new Random(20261120);
        var shifts = Facts.LeafSizes.Select(size => size.Shift).Where(shift => shift <= Facts.Levels[1].Shift).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            Harvest(table, range, [], clear: true);
            _target = range.Start.Value + ((ulong)random.NextInt64() & (range.Bytes - 1));
            var reported = new List<IovaRange>();
            var at = new Iova(random.Next(3) == 0 ? range.Start.Value : _target);
            Volatile.Write(ref _round, round);
            for (var spin = random.Next(60); spin > 0; spin--) Thread.SpinWait(1);
            switch (random.Next(6))
            {
                case 0 or 1: table.TrySplit(at); break;
                case 2 or 3: table.TryCollapse(at, new PageSize(shifts[random.Next(shifts.Length)]), () => Forget(round)); break;
                case 4: table.TryProtect(range, permissions); break;
                default: Harvest(table, range, reported, clear: true); break;
            }

            Forget(round);
            Harvest(table, range, reported, clear: true);
            if (!_wrote) Assert.Fail($"round {round}: 0x{_target:x} could not be written");
            if (!reported.Any(dirty => dirty.Contains(new Iova(_target)))) Assert.Fail($"round {round}: the write to 0x{_target:x} is lost");
        }

        Volatile.Write(ref _round, -1);
        hardware.Join();
    }

    private void Harvest(PageTable<TFormat> table, IovaRange range, List<IovaRange> reported, bool clear)
    {
        var cursor = new RunCursor(range);
        while (!cursor.IsAtEnd) reported.AddRange(_ranges.AsSpan(0, table.HarvestDirty(ref cursor, _ranges, clear)));
    }

    /// <summary>Waits until hardware is done with the walk of a round: the flush of its caches.</summary>
    private void Forget(long round)
    {
        var wait = new SpinWait();
        while (Volatile.Read(ref _done) < round) wait.SpinOnce(sleep1Threshold: -1);
    }

    private void Write(PageTable<TFormat> table, TableArena arena)
    {
        for (long seen = 0; ;)
        {
            var wait = new SpinWait();
            long round;
            while ((round = Volatile.Read(ref _round)) == seen) wait.SpinOnce(sleep1Threshold: -1);
            if (round < 0) return;
            seen = round;
            _wrote = Hardware.Touch(Facts, arena, table.RootWord, _target, write: true);
            Volatile.Write(ref _done, round);
        }
    }
}
