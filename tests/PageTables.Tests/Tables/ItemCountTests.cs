namespace Fast.PageTables.Tests.Tables;

/// <summary>What the arena knows of its last tables without reading them, against reading them.</summary>
[TestFixtureSource(typeof(Changes.EveryFormat))]
public sealed class ItemCountTests<TFormat>
    where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat, IAccessedFormat, IDirtyFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly ulong Granule = Bits.Granule(Facts);
    private static readonly ulong Span = 1UL << Facts.Levels[1].Shift;
    private static readonly int Spans = (int)Math.Min(4, 1UL << (Facts.InputBits - 1 - Facts.Levels[1].Shift));

    [Test]
    public void Every_change_counts_what_it_writes() => RunScripts(1UL << 28);

    [Test]
    public void Maps_that_find_the_arena_full_take_back_what_they_counted() => RunScripts(SmallArena);

    private static void RunScripts(ulong capacity) =>
        Sampling.ForSeeds(Facts.Levels[0].Bits > 9 ? 2 : 6, random =>
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = capacity, HugePages = false });
            var table = new PageTable<TFormat>(arena);
            var permissions = Bits.Expressible(Facts);
            var dirty = new ulong[(((ulong)Spans * Span) >> Pfn.Shift) / 64];
            for (var step = 0; step < 60; step++)
            {
                var start = random.NextWord() % ((ulong)Spans * Span) & ~(Granule - 1);
                if (random.OneIn(2)) start &= ~(Span - 1);
                var bytes = Math.Min(((ulong)Spans * Span) - start, random.OneIn(3) ? Span : Granule << random.Next(Facts.Levels[0].Bits + 1));
                var range = IovaRange.Of(new Iova(start), bytes);
                var operation = random.Next(11);
                switch (operation)
                {
                    case 0: Unmaps(table, range, () => table.TryUnmap(range, keepTables: random.OneIn(2))); break;
                    case 1: Unmaps(table, range, () => table.TryUnmap(range, dirty)); break;
                    case 2: table.TrySplit(range.Start); break;
                    case 3: table.TryCollapse(range.Start, random.Pick([.. Facts.LeafSizes.Where(size => size.Shift <= Facts.Levels[1].Shift)])); break;
                    case 4: table.TryDiscard(range); break;
                    case 5: table.TryProtect(range, random.Pick(permissions)); break;
                    case 6: Take(table, range, random.OneIn(2) ? 1 + random.Next(5) : 1 << Facts.Levels[0].Bits); break;
                    case 7: Spoil(table, range.Start); break;
                    default:
                        table.TryMap(range, new Pfn((random.OneIn(2) ? start : start + Granule) >> Pfn.Shift), random.Pick(permissions), random.OneIn(2) ? new PageSize(Facts.Levels[0].Shift) : null);
                        break;
                }

                Compare(table, $"step {step}, operation {operation} of {range}");
            }

            table.Free();
            Assert.That(arena.TablesInUse, Is.Zero, "no table is lost");
        });

    [Test]
    public void Writers_of_one_table_do_not_miscount()
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 28, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var (permissions, slots) = (Bits.Expressible(Facts)[^1], (int)Math.Min(40, 1UL << Facts.Levels[0].Bits >> 1));
        Parallel.For(0, 2, writer =>
        {
            for (var i = 0; i < 4000; i++)
            {
                var page = IovaRange.Of(new Iova((ulong)(((i * 7 % slots) * 2) + writer) * Granule), Granule);
                if (!table.TryMap(page, new Pfn(page.Start.Value >> Pfn.Shift), permissions, new PageSize(Facts.Levels[0].Shift)).IsDone) table.Unmap(page);
            }
        });
        Compare(table, "after both");
        var counted = Read(table, 0);
        Assert.That(table.Unmap(IovaRange.Of(new Iova(0), Span))[0], Is.EqualTo(counted), "unmapped without reading");
    }

    /// <summary>What an unmap says that it removed is what a read of all items says.</summary>
    private static void Unmaps(PageTable<TFormat> table, IovaRange range, Func<MapReport> unmap)
    {
        var before = ReadAll(table);
        var report = unmap();
        Assert.That(report.Leaves[0], Is.EqualTo(before - ReadAll(table)), $"{report.Status} {range}");
    }

    /// <summary>Takes a range in one call, which may be too small for all of it.</summary>
    private static void Take(PageTable<TFormat> table, IovaRange range, int room)
    {
        if (PageTableChanges.CutLeaf(table, range) is not null) return;
        var cursor = new RunCursor(range);
        table.TakeRuns(ref cursor, new Run[room]);
    }

    /// <summary>Makes a leaf of one item a word that is neither leaf nor empty, as operating systems do past the engine: a migration, an access that must fault.</summary>
    private static void Spoil(PageTable<TFormat> table, Iova at)
    {
        if (!Hardware.TryFind(Facts, table.Arena, table.RootWord, at.Value, out var found) || found.Level != 0) return;
        var junk = Facts.Present.AnyOf != 0 ? found.Word & ~Facts.Present.AnyOf : found.Word ^ (Facts.Present.Mask & (0 - Facts.Present.Mask));
        if (junk == 0 || !table.Follow(at, out var leaf) || leaf.Size.Bytes != Granule) return;
        FactItems.Publish(Facts, ref TableItems.In(table.Arena, found.Table), found.Index, junk);
    }

    /// <summary>A root at its alignment, and a few tables.</summary>
    private static ulong SmallArena => (2 * StrideOf(Facts.FirstTop)) + (6 * StrideOf(0));

    private static ulong StrideOf(int level) => TableArena.StrideOf(Facts.Levels[level].TableBytes);

    private static ulong ReadAll(PageTable<TFormat> table)
    {
        ulong items = 0;
        for (var span = 0; span < Spans; span++) items += Read(table, span);
        return items;
    }

    private static void Compare(PageTable<TFormat> table, string when)
    {
        for (var span = 0; span < Spans; span++)
        {
            if (!TFormat.FindLastTable(table.Arena.Memory, table.RootWord, new Iova((ulong)span * Span), out var last)) continue;
            Assert.That(table.Arena.ItemsIn(last), Is.EqualTo(Read(table, span)), $"span {span}, {when}");
        }
    }

    private static ulong Read(PageTable<TFormat> table, int span)
    {
        if (!TFormat.FindLastTable(table.Arena.Memory, table.RootWord, new Iova((ulong)span * Span), out var last)) return 0;
        ulong items = 0;
        for (nuint i = 0; i < (nuint)1 << Facts.Levels[0].Bits; i++) items += FactItems.Read(Facts, ref TableItems.In(table.Arena, last), i) == 0 ? 0UL : 1;
        return items;
    }
}
