namespace Fast.PageTables.Tests.Walking;

/// <summary>Every emitted walk against <see cref="ReferenceWalker"/>, for every format.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class WalkTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private const int Cases = 60;
    private const int Inputs = 150;
    private static readonly FormatFacts Facts = TFormat.Facts;

    /// <summary>The facts of a walker that looks at no reserved bit, as the emitted ones that trust their tables.</summary>
    private static readonly FormatFacts Trusting = Facts with { Levels = [.. Facts.Levels.Select(level => level with { ReservedInLeaf = 0, ReservedInTable = 0 })] };

    [Test]
    public void Walk_tells_what_the_reference_walker_tells() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, trusted: false);
            var memory = image.Tables.Memory;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Facts, memory, new PhysicalAddress(image.Tables.Root), input, FormatLimits.None);
                Assert.That(TFormat.Walk(memory, image.Tables.Root, input), Is.EqualTo(expected), $"{input}");
            }
        });

    [Test]
    public void Random_tables_end_walks_in_every_way()
    {
        var seen = new HashSet<(WalkStatus, int)>();
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, trusted: false);
            for (var i = 0; i < Inputs; i++)
            {
                var result = TFormat.Walk(image.Tables.Memory, image.Tables.Root, image.NextInput());
                seen.Add((result.Status, result.Level));
            }
        });
        foreach (var level in Enumerable.Range(0, Facts.Levels.Length))
        {
            Assert.That(seen, Does.Contain((WalkStatus.NotPresent, level)));
            if (Facts.Levels[level].CanLeaf) Assert.That(seen, Does.Contain((WalkStatus.Leaf, level)));
            if ((Facts.Levels[level].ReservedInLeaf | Facts.Levels[level].ReservedInTable) != 0) Assert.That(seen, Does.Contain((WalkStatus.Reserved, level)));
            if (level > 0) Assert.That(seen, Does.Contain((WalkStatus.NotBacked, level)));
        }

        Assert.That(seen.Contains((WalkStatus.BadInput, Facts.TopLevel + 1)), Is.EqualTo(Facts.InputBits < 64));
    }

    [Test]
    public void Follow_and_translate_find_what_the_reference_walker_finds() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, trusted: false);
            var memory = image.Tables.Memory;
            var root = image.Tables.Root;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Trusting, memory, new PhysicalAddress(root), input, FormatLimits.None);
                Assert.That(TFormat.Follow(memory, root, input, out var leaf), Is.EqualTo(expected.IsLeaf), $"{input}");
                Assert.That(leaf, Is.EqualTo(expected.Leaf), $"{input}");
                Assert.That(TFormat.Translate(memory, root, input), Is.EqualTo(OutputOf(expected, input)), $"{input}");
            }
        });

    [Test]
    public void A_batch_translates_as_one_by_one() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, trusted: false);
            var memory = image.Tables.Memory;
            var root = image.Tables.Root;
            var inputs = Enumerable.Range(0, random.Next(100)).Select(_ => image.NextInput()).ToArray();
            var outputs = new PhysicalAddress[inputs.Length];
            var found = TFormat.TranslateBatch(memory, root, inputs, outputs);
            for (var i = 0; i < inputs.Length; i++) Assert.That(outputs[i], Is.EqualTo(TFormat.Translate(memory, root, inputs[i])), $"{inputs[i]}");
            Assert.That(found, Is.EqualTo(outputs.Count(output => !output.IsNone)));
        });

    [Test]
    public void The_halves_of_a_cursor_translate_as_a_whole() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, trusted: false);
            var memory = image.Tables.Memory;
            var root = image.Tables.Root;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                if (TFormat.FindLastTable(memory, root, input, out var table))
                    Assert.That(TFormat.TranslateInLastTable(memory, table, input), Is.EqualTo(TFormat.Translate(memory, root, input)), $"{input}");
            }
        });

    [Test]
    public void Segments_and_a_span_walk_alike_and_a_missing_segment_is_not_backed() =>
        Sampling.ForSeeds(Cases / 4, random =>
        {
            var image = new RandomTables(Facts, random, trusted: true);
            var (bytes, root) = (image.Tables.Image.ToArray(), image.Tables.Root);
            var table = Facts.Levels.Max(level => level.TableBytes);
            var pieces = Enumerable.Range(0, bytes.Length / table)
                .Select(piece => new SegmentedMemory.Segment(image.Tables.PhysicalBase + (ulong)(piece * table), bytes.AsMemory(piece * table, table)))
                .ToList();
            var whole = new SegmentedMemory(pieces);
            var lost = random.Next(pieces.Count);
            var (lostFirst, lostLast) = (pieces[lost].Address, pieces[lost].Address + (ulong)table - 1);
            var holed = new SegmentedMemory(pieces.Where((_, index) => index != lost));
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Facts, image.Tables.Memory, new PhysicalAddress(root), input, FormatLimits.None);
                if (Facts.Levels.All(level => level.TableBytes == table)) Assert.That(TFormat.Walk(whole, root, input), Is.EqualTo(expected));
                var partial = TFormat.Walk(holed, root, input);
                Assert.That(partial, Is.EqualTo(ReferenceWalker.Walk(Facts, holed, new PhysicalAddress(root), input, FormatLimits.None)));
                if (partial.Status != WalkStatus.NotBacked) continue;
                var missing = partial.Entry == root ? root : partial.Entry & Facts.AddressMask;
                Assert.That(missing, Is.InRange(lostFirst, lostLast));
            }
        });

    [Test]
    public void An_arena_walks_as_its_reference_walker()
    {
        using var arena = new TableArena(new TableArenaOptions { PhysicalBase = 1UL << 30, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var random = new Random(5);
        var granule = Bits.Granule(Facts);
        var permissions = Bits.Expressible(Facts);
        for (var i = 0; i < 200; i++)
        {
            var start = (random.NextWord() & ((1UL << 34) - 1) & ~(granule - 1)) + random.Pick(Bits.Stretches(Facts).Starts);
            table.TryMap(IovaRange.Of(new Iova(start), granule << random.Next(12)), new Pfn((ulong)random.Next(1 << 20) * (granule >> 12)), random.Pick(permissions));
        }

        var cursor = table.Cursor();
        for (var i = 0; i < 5000; i++)
        {
            var input = new Iova((random.NextWord() & ((1UL << 34) - 1)) + random.Pick(Bits.Stretches(Facts).Starts));
            var expected = ReferenceWalker.Walk(Facts, arena.Memory, table.Root, input, FormatLimits.None);
            Assert.That(table.Walk(input), Is.EqualTo(expected));
            Assert.That(table.Follow(input, out var leaf), Is.EqualTo(expected.IsLeaf));
            Assert.That(leaf, Is.EqualTo(expected.Leaf));
            Assert.That(table.Translate(input), Is.EqualTo(OutputOf(expected, input)));
            Assert.That(cursor.Translate(input), Is.EqualTo(OutputOf(expected, input)));
        }
    }

    private static PhysicalAddress OutputOf(WalkResult result, Iova input) =>
        result.IsLeaf ? new PhysicalAddress(result.Leaf.Pfn.Address.Value | (input.Value & 0xFFF)) : PhysicalAddress.None;
}
