namespace Fast.PageTables.Testing;

/// <summary>Random bytes, and in them many entries that are present and point back into the image, the root's own address included.</summary>
internal sealed class HostileImage
{
    private readonly FormatFacts _facts;
    private readonly Random _random;

    public HostileImage(FormatFacts facts, Random random)
    {
        (_facts, _random) = (facts, random);
        Bytes = new byte[Math.Max(1 << 18, 4 * facts.Levels.Max(level => level.TableBytes))];
        Base = (random.NextWord() & ((1UL << (facts.OutputBits - 1)) - 1) & ~0x7F_FFFFUL) + 0x80_0000;
        random.NextBytes(Bytes);
        ref var items = ref TableItems.Of(ref Bytes[0]);
        for (nuint i = 0; i < (nuint)(Bytes.Length / facts.EntryBytes); i++)
        {
            if (random.OneIn(4)) continue;
            var level = random.Next(facts.Levels.Length);
            var target = Base + (ulong)(random.Next(Bytes.Length) & ~0xFFF);
            var word = random.OneIn(3) || !facts.Levels[level].CanTable
                ? (FactItems.Read(facts, ref items, i) & ~(facts.Present.Mask | Bits.AddressMask(facts))) | facts.Present.Value | Bits.Address(facts, target)
                : Bits.Table(facts, level, target);
            FactItems.Publish(facts, ref items, i, word);
        }

        RootWord = Base | (facts.DynamicTop ? (uint)random.Next(8) % (uint)facts.Levels.Length : 0);
    }

    public byte[] Bytes { get; }

    public ulong Base { get; }

    public ulong RootWord { get; }

    public SpanMemory Memory => new(Bytes, Base);

    public Iova NextInput()
    {
        var (starts, bytes) = Bits.Stretches(_facts);
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
