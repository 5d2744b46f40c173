namespace Fast.PageTables.Tests.Changes;

/// <summary>Runs on their way out, against a read of the same runs and an unmap of the same range in a twin.</summary>
[TestFixtureSource(typeof(EveryFormat))]
public sealed class TakeTests<TFormat>
    where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat, IAccessedFormat, IDirtyFormat
{
    private static readonly ulong Smallest = 1UL << TFormat.Facts.Levels[0].Shift;
    private static readonly ulong Middle = TFormat.Facts.Levels.Length > 1 ? 1UL << TFormat.Facts.Levels[1].Shift : Smallest;

    // Some formats cannot refuse execution, or know no user.
    private static readonly Permissions s_written = Expressible(Permissions.ReadWrite);
    private static readonly Permissions s_readOnly = Expressible(Permissions.Read);

    [Test]
    public void What_is_taken_is_what_was_read_and_the_rest_stands([Values(1, 3, 1024)] int room)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            using var arena = new TableArena(new TableArenaOptions { HugePages = false });
            using var other = new TableArena(new TableArenaOptions { HugePages = false });
            var (table, twin) = (new PageTable<TFormat>(arena), new PageTable<TFormat>(other));
            var range = Fill(table, new Random(seed));
            Fill(twin, new Random(seed));
            var (expected, leaves) = Read(table, range);

            var taken = new List<Run>();
            var cursor = new RunCursor(range);
            var runs = new Run[room];
            var calls = 0;
            while (!cursor.IsAtEnd)
            {
                var count = table.TakeRuns(ref cursor, runs);
                Join(taken, runs.AsSpan(0, count));
                Assert.That(++calls, Is.LessThan(100_000));
            }

            Assert.That(taken, Is.EqualTo(expected), $"seed {seed}");
            Assert.That(cursor.LeavesRead, Is.EqualTo(leaves), "each leaf once");
            Assert.That(Read(table, range).Runs, Is.Empty);
            twin.Unmap(range);
            Assert.That(Read(table, Everything).Runs, Is.EqualTo(Read(twin, Everything).Runs));
            Assert.That(table.TryDiscard(range).IsDone);
            Assert.That(arena.TablesInUse, Is.EqualTo(other.TablesInUse), "no table is lost");
        }
    }

    [Test]
    public void A_range_that_is_no_range_of_leaves_is_refused_and_stands()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<TFormat>(arena);
        table.Map(IovaRange.Of(new Iova(0), Middle), new Pfn(0), s_written);
        Assert.That(() => Take(table, IovaRange.Of(new Iova(0), Middle), []), Throws.ArgumentException);
        Assert.That(() => Take(table, IovaRange.Of(new Iova(0), Smallest / 2), new Run[4]), Throws.InvalidOperationException.With.Message.Contains("Misaligned"));
        if (table.Follow(new Iova(0), out var leaf) && leaf.Size.Bytes > Smallest)
            Assert.That(() => Take(table, IovaRange.Of(new Iova(0), leaf.Size.Bytes / 2), new Run[4]), Throws.InvalidOperationException.With.Message.Contains("cuts the leaf"));
        Assert.That(Read(table, Everything).Runs.Sum(run => (long)run.Pages), Is.EqualTo((long)(Middle >> 12)));
    }

    [Test]
    public void A_write_is_noted_as_hardware_notes_it()
    {
        using var arena = new TableArena(new TableArenaOptions { HugePages = false });
        var table = new PageTable<TFormat>(arena);
        table.Map(IovaRange.Of(new Iova(0), Middle), new Pfn(0), s_written);
        table.Map(IovaRange.Of(new Iova(2 * Middle), 4 * Smallest), new Pfn(0), s_written);
        Harvest(table, clear: true);
        table.Protect(IovaRange.Of(new Iova(2 * Middle), 4 * Smallest), s_readOnly);
        Assert.That(table.TryNoteWrite(new Iova(2 * Middle)), Is.False, "read-only");
        Assert.That(table.TryNoteWrite(new Iova((2 * Middle) + (8 * Smallest))), Is.False, "nothing there");
        Assert.That(Harvest(table, clear: false), Is.Empty);
        Assert.That(table.TryNoteWrite(new Iova(Middle - 1)), Is.True);
        Assert.That(table.Follow(new Iova(Middle - 1), out var leaf));
        Assert.That(Harvest(table, clear: true), Is.EqualTo([IovaRange.Of(new Iova((Middle - 1) & leaf.PageMask), leaf.Size.Bytes)]));
        Assert.That(Harvest(table, clear: true), Is.Empty);
    }

    private static Permissions Expressible(Permissions wanted) => new[] { Permissions.None, Permissions.Execute, Permissions.User, Permissions.Execute | Permissions.User | Permissions.UserExecute }
        .Select(more => wanted | more).First(each => TFormat.TryEncodeLeaf(new PageSize(TFormat.Facts.Levels[0].Shift), new PhysicalAddress(0), each, out _));

    private static IovaRange Everything => IovaRange.Of(new Iova(0), 64 * Middle);

    /// <summary>Leaves of several sizes, with holes and jumps, all of one right; and a range that cuts none of them.</summary>
    private static IovaRange Fill(PageTable<TFormat> table, Random random)
    {
        for (var piece = 0; piece < 8; piece++)
        {
            var start = (ulong)piece * 4 * Middle;
            var frame = (ulong)random.Next(64) * Middle;
            switch (random.Next(4))
            {
                case 0:
                    table.Map(IovaRange.Of(new Iova(start), 2 * Middle), new Pfn(frame >> 12), s_written);
                    break;
                case 1:
                    table.Map(IovaRange.Of(new Iova(start + Smallest), Middle), new Pfn((frame + Smallest) >> 12), s_written);
                    break;
                case 2:
                    for (ulong page = 0; page < 40; page += (ulong)random.Next(1, 3))
                        table.Map(IovaRange.Of(new Iova(start + (page * Smallest)), Smallest), new Pfn((frame + ((page + ((page & 4) << 4)) * Smallest)) >> 12), s_written);
                    break;
                default:
                    table.Map(IovaRange.Of(new Iova(start), Middle), new Pfn(frame >> 12), s_written, new PageSize(TFormat.Facts.Levels[0].Shift));
                    break;
            }
        }

        var (first, last) = ((ulong)random.Next(4), (ulong)random.Next(5, 8));
        return IovaRange.Of(new Iova(first * 4 * Middle), (last - first) * 4 * Middle);
    }

    private static int Take(PageTable<TFormat> table, IovaRange range, Run[] runs)
    {
        var cursor = new RunCursor(range);
        return table.TakeRuns(ref cursor, runs);
    }

    private static (List<Run> Runs, LeafCounts Leaves) Read(PageTable<TFormat> table, IovaRange range)
    {
        var list = new List<Run>();
        var cursor = new RunCursor(range);
        var runs = new Run[64];
        while (!cursor.IsAtEnd)
        {
            var count = table.ReadRuns(ref cursor, runs);
            Join(list, [.. runs.Take(count).Select(run => new Run(run.Start, run.Pfn, run.Pages, Permissions.None))]);
        }

        return (list, cursor.LeavesRead);
    }

    /// <summary>A buffer that was full may have cut a run in two.</summary>
    private static void Join(List<Run> list, ReadOnlySpan<Run> runs)
    {
        foreach (var run in runs)
        {
            if (list.Count > 0 && list[^1].Last.Value + 1 == run.Start.Value && list[^1].IsContinuedBy(run)) list[^1] = list[^1].Extended(run.Pages);
            else list.Add(run);
        }
    }

    private static List<IovaRange> Harvest(PageTable<TFormat> table, bool clear)
    {
        var list = new List<IovaRange>();
        var cursor = new RunCursor(Everything);
        var ranges = new IovaRange[16];
        while (!cursor.IsAtEnd) list.AddRange(ranges.AsSpan(0, table.HarvestDirty(ref cursor, ranges, clear)));
        return list;
    }
}
