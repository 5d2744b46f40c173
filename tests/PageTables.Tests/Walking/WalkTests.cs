namespace Fast.PageTables.Tests.Walking;

/// <summary>Every emitted walk against <see cref="ReferenceWalker"/>, for every format.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class WalkTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private const int Cases = 25;
    private const int Inputs = 150;
    private static readonly FormatFacts Facts = TFormat.Facts;

    /// <summary>The facts of a walker that looks at no reserved bit, as the emitted ones that trust their tables.</summary>
    private static readonly FormatFacts Trusting = Facts with { Levels = [.. Facts.Levels.Select(level => level with { ReservedInLeaf = 0, ReservedInTable = 0 })] };

    /// <summary>What a walk can say when a table holds anything.</summary>
    private static readonly WalkStatus[] Refusals =
        [Facts.KindFault, Facts.ReservedFault, .. Facts.Forbidden.Select(forbidden => forbidden.Fault), .. Facts.NextLevel.Exists ? [WalkStatus.BadSize, WalkStatus.BadLevel, WalkStatus.LevelSkipped] : Array.Empty<WalkStatus>()];

    [Test]
    public void Walk_tells_what_the_reference_walker_tells() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Everything);
            var memory = image.Tables.Memory;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Facts, memory, image.Tables.RootWord, input, FormatLimits.None);
                Assert.That(TFormat.Walk(memory, image.Tables.RootWord, input), Is.EqualTo(expected), $"{input}");
            }
        });

    [Test]
    public void Random_tables_end_walks_in_every_way()
    {
        var seen = new HashSet<(WalkStatus Status, int Level)>();
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Everything);
            for (var i = 0; i < Inputs; i++)
            {
                var result = TFormat.Walk(image.Tables.Memory, image.Tables.RootWord, image.NextInput());
                seen.Add((result.Status, result.Level));
            }
        });
        foreach (var level in Enumerable.Range(0, Facts.Levels.Length))
        {
            Assert.That(seen, Does.Contain((WalkStatus.NotPresent, level)));
            if (Facts.Levels[level].CanLeaf) Assert.That(seen, Does.Contain((WalkStatus.Leaf, level)));
            if ((Facts.Levels[level].ReservedInLeaf | Facts.Levels[level].ReservedInTable) != 0) Assert.That(seen, Does.Contain((Facts.ReservedFault, level)));
            if (level > 0) Assert.That(seen, Does.Contain((WalkStatus.NotBacked, level)));
        }

        var statuses = seen.Select(end => end.Status).ToHashSet();
        Assert.That(statuses.Contains(WalkStatus.BadInput), Is.EqualTo(Facts.InputBits < 64 || Facts.DynamicTop));
        Assert.That(statuses.Except([WalkStatus.Leaf, WalkStatus.NotPresent, WalkStatus.BadInput, WalkStatus.NotBacked]), Is.SubsetOf(Refusals));
        Assert.That(Facts.Forbidden.Where(forbidden => forbidden.Unless == null).Select(forbidden => forbidden.Fault).Distinct(), Is.SubsetOf(statuses));
    }

    [Test]
    public void Follow_and_translate_find_what_the_reference_walker_finds() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Reserved);
            var memory = image.Tables.Memory;
            var root = image.Tables.RootWord;
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                var expected = ReferenceWalker.Walk(Trusting, memory, root, input, FormatLimits.None);
                Assert.That(TFormat.Follow(memory, root, input, out var leaf), Is.EqualTo(expected.IsLeaf), $"{input}");
                Assert.That(leaf, Is.EqualTo(expected.Leaf), $"{input}");
                Assert.That(TFormat.Translate(memory, root, input), Is.EqualTo(OutputOf(expected, input)), $"{input}");
            }
        });

    [Test]
    public void A_batch_translates_as_one_by_one() =>
        Sampling.ForSeeds(Cases, random =>
        {
            var image = new RandomTables(Facts, random, Foreign.Reserved);
            var memory = image.Tables.Memory;
            var root = image.Tables.RootWord;
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
            var image = new RandomTables(Facts, random, Foreign.Reserved);
            var memory = image.Tables.Memory;
            var root = image.Tables.RootWord;
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
            var image = new RandomTables(Facts, random, Foreign.None);
            var (bytes, root) = (image.Tables.Image.ToArray(), image.Tables.RootWord);
            // Pieces as large as the largest table, so that none straddles two.
            var table = Math.Max(4096, Facts.Levels.Max(level => level.TableBytes));
            var pieces = Enumerable.Range(0, (bytes.Length + table - 1) / table)
                .Select(piece => new SegmentedMemory.Segment(image.Tables.PhysicalBase + (ulong)(piece * table), bytes.AsMemory(piece * table, Math.Min(table, bytes.Length - (piece * table)))))
                .ToList();
            var whole = new SegmentedMemory(pieces);
            var lost = random.Next(pieces.Count);
            var (lostFirst, lostLast) = (pieces[lost].Address, pieces[lost].Address + (ulong)pieces[lost].Bytes.Length - 1);
            var holed = new SegmentedMemory(pieces.Where((_, index) => index != lost));
            for (var i = 0; i < Inputs; i++)
            {
                var input = image.NextInput();
                Assert.That(TFormat.Walk(whole, root, input), Is.EqualTo(ReferenceWalker.Walk(Facts, image.Tables.Memory, root, input, FormatLimits.None)));
                var partial = TFormat.Walk(holed, root, input);
                Assert.That(partial, Is.EqualTo(ReferenceWalker.Walk(Facts, holed, root, input, FormatLimits.None)));
                if (partial.Status != WalkStatus.NotBacked) continue;
                var missing = partial.Entry == root ? image.Tables.Root : ReferenceDecoder.Address(Facts, partial.Entry).Value;
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
            // Often congruent, so that there are leaves of every size.
            var start = (random.NextWord() & ((1UL << 34) - 1) & ~(granule - 1) & (Facts.InputBits < 36 ? (1UL << 30) - 1 : ulong.MaxValue)) + random.Pick(Bits.Stretches(Facts).Starts);
            var output = random.OneIn(2) ? start & Bits.OutputMask(Facts, 0) & ((1UL << 36) - 1) : (ulong)random.Next(1 << 20) * granule;
            table.TryMap(IovaRange.Of(new Iova(start), granule << random.Next(12)), new Pfn(output >> 12), random.Pick(permissions));
        }

        var cursor = table.Cursor();
        for (var i = 0; i < 5000; i++)
        {
            var input = new Iova((random.NextWord() & ((1UL << 34) - 1)) + random.Pick(Bits.Stretches(Facts).Starts));
            var expected = ReferenceWalker.Walk(Facts, arena.Memory, table.RootWord, input, FormatLimits.None);
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
