namespace Fast.PageTables.Tests.Walking;

/// <summary>Tables of random bytes, as a guest or a broken image may hold: nothing crashes, nothing loops, and the careful walk still tells the truth.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class HostileTableTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private const int Inputs = 400;
    private static readonly FormatFacts Facts = TFormat.Facts;

    [Test]
    public void Random_bytes_end_every_walk() =>
        Sampling.ForSeeds(8, random =>
        {
            var image = new Image(random);
            var memory = new SpanMemory(image.Bytes, image.Base);
            var segments = image.Segments(random);
            var batch = Enumerable.Range(0, Inputs).Select(_ => image.NextInput()).ToArray();
            var (one, two) = (new PhysicalAddress[Inputs], new PhysicalAddress[Inputs]);
            foreach (var input in batch)
            {
                var walk = TFormat.Walk(memory, image.RootWord, input);
                Assert.That(walk, Is.EqualTo(ReferenceWalker.Walk(Facts, memory, image.RootWord, input, FormatLimits.None)));
                Assert.That(walk.Level, Is.InRange(0, Facts.TopLevel + 1));
                Assert.That(TFormat.Walk(segments, image.RootWord, input), Is.EqualTo(ReferenceWalker.Walk(Facts, segments, image.RootWord, input, FormatLimits.None)));

                // What the careful walk lets pass, the trusting ones find; what it refuses they may take for anything, within the memory.
                var found = TFormat.Follow(memory, image.RootWord, input, out var leaf);
                var output = TFormat.Translate(memory, image.RootWord, input);
                Assert.That(output.IsNone, Is.EqualTo(!found));
                if (walk.IsLeaf && !PassedBy(memory, image.RootWord, input)) Assert.That((found, leaf), Is.EqualTo((true, walk.Leaf)));
                TFormat.Follow(segments, image.RootWord, input, out _);
                if (TFormat.FindLastTable(memory, image.RootWord, input, out var table))
                    Assert.That(TFormat.TranslateInLastTable(memory, table, input), Is.EqualTo(output));
            }

            TFormat.TranslateBatch(memory, image.RootWord, batch, one);
            Assert.That(one, Is.EqualTo(batch.Select(input => TFormat.Translate(image.Memory, image.RootWord, input))));
            TFormat.TranslateBatch(segments, image.RootWord, batch, two);
        });

    [Test]
    public void Random_bytes_end_every_scan() =>
        Sampling.ForSeeds(8, random =>
        {
            var image = new Image(random);
            var memory = new SpanMemory(image.Bytes, image.Base);
            var segments = image.Segments(random);
            var runs = new Run[64];
            foreach (var variant in ScanVariants.Supported)
            {
                for (var i = 0; i < 6; i++)
                {
                    var start = image.NextInput();
                    var range = IovaRange.Inclusive(start, new Iova(start.Value + Math.Min(~start.Value, 3UL << Facts.Levels[1].Shift)));
                    Bounded<SpanMemory>(memory, image.RootWord, variant, range, runs);
                    Bounded<SegmentedMemory>(segments, image.RootWord, variant, range, runs);
                }
            }
        });

    /// <summary>Reads at most what the range has pages, and ends.</summary>
    private static void Bounded<TMemory>(in TMemory memory, ulong root, ScanVariant variant, IovaRange range, Run[] runs)
        where TMemory : ITableMemory, allows ref struct
    {
        var cursor = new RunCursor(range);
        ulong pages = 0;
        for (var calls = 0; !cursor.IsAtEnd; calls++)
        {
            var written = PageTableRuns.ReadRuns<TFormat, TMemory>(memory, root, variant, ref cursor, runs);
            foreach (var run in runs.AsSpan(0, written)) pages += run.Pages;
            Assert.That(calls, Is.LessThan(100_000), $"{variant} does not come to an end in {range}");
        }

        var widest = (range.Bytes >> Pfn.Shift) + (2 * Bits.Granule(Facts) >> Pfn.Shift);
        Assert.That(pages, Is.LessThanOrEqualTo(widest), $"{variant}: more pages than {range} has");
    }

    /// <summary>Whether the walk went past levels: only the careful one knows how.</summary>
    private static bool PassedBy(in SpanMemory memory, ulong root, Iova input)
    {
        if (!Facts.NextLevel.Exists) return false;
        var table = Facts.RootAddress(root);
        for (var level = Facts.RootLevel(root); level > 0; level--)
        {
            ref var items = ref TableItems.Of(ref memory.Table(table, (nuint)Facts.Levels[level].TableBytes));
            var entry = FactItems.Read(Facts, ref items, (nuint)((input.Value >> Facts.Levels[level].Shift) & ((1UL << Facts.Levels[level].Bits) - 1)));
            var decoded = ReferenceDecoder.Decode(Facts, level, entry, input, FormatLimits.None);
            if (decoded.Kind != EntryKind.Table) return false;
            if (decoded.ChildLevel != level - 1) return true;
            table = decoded.Address.Value;
        }

        return false;
    }

    /// <summary>Random bytes, and in them many entries that are present and point back into the image, the root's own address included.</summary>
    private sealed class Image
    {
        private readonly Random _random;

        public Image(Random random)
        {
            _random = random;
            Bytes = new byte[Math.Max(1 << 18, 4 * Facts.Levels.Max(level => level.TableBytes))];
            Base = (random.NextWord() & ((1UL << (Facts.OutputBits - 1)) - 1) & ~0x7F_FFFFUL) + 0x80_0000;
            random.NextBytes(Bytes);
            ref var items = ref TableItems.Of(ref Bytes[0]);
            for (nuint i = 0; i < (nuint)(Bytes.Length / Facts.EntryBytes); i++)
            {
                if (random.OneIn(4)) continue;
                var level = random.Next(Facts.Levels.Length);
                var target = Base + (ulong)(random.Next(Bytes.Length) & ~0xFFF);
                var word = random.OneIn(3) || !Facts.Levels[level].CanTable
                    ? (FactItems.Read(Facts, ref items, i) & ~(Facts.Present.Mask | Bits.AddressMask(Facts))) | Facts.Present.Value | Bits.Address(Facts, target)
                    : Bits.Table(Facts, level, target);
                FactItems.Publish(Facts, ref items, i, word);
            }

            RootWord = Base | (Facts.DynamicTop ? (uint)random.Next(8) % (uint)Facts.Levels.Length : 0);
        }

        public byte[] Bytes { get; }

        public ulong Base { get; }

        public ulong RootWord { get; }

        public SpanMemory Memory => new(Bytes, Base);

        public Iova NextInput()
        {
            var (starts, bytes) = Bits.Stretches(Facts);
            return _random.OneIn(10) ? new Iova(_random.NextWord()) : new Iova(_random.Pick(starts) + (bytes == 0 ? _random.NextWord() : _random.NextWord() & (bytes - 1)));
        }

        /// <summary>The image with holes.</summary>
        public SegmentedMemory Segments(Random random)
        {
            const int Piece = 1 << 14;
            return new SegmentedMemory(Enumerable.Range(0, Bytes.Length / Piece).Where(piece => piece == 0 || !random.OneIn(5))
                .Select(piece => new SegmentedMemory.Segment(Base + (ulong)(piece * Piece), Bytes.AsMemory(piece * Piece, Piece))));
        }
    }
}
