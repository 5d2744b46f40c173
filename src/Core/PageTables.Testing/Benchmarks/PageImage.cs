namespace Fast.PageTables.Testing;

/// <summary>The smallest pages one after the other, as many as a few last tables hold, in tables that the facts wrote.</summary>
internal sealed class PageImage
{
    public PageImage(FormatFacts facts)
    {
        Facts = facts;
        Pages = (int)Math.Min(4096, facts.InputBits - facts.Levels[0].Shift > 20 ? 4096 : 1UL << (facts.InputBits - facts.Levels[0].Shift - 1));
        Tables = new RawTables(facts);
        var permissions = Bits.Expressible(facts)[^1];
        Inputs = [.. Enumerable.Range(0, Pages).Select(page => new Iova((ulong)page << facts.Levels[0].Shift))];
        foreach (var input in Inputs) Tables.SetLeaf(input.Value, 0, Bits.Leaf(facts, 0, input.Value, permissions));
        Shuffled = [.. Inputs];
        new Random(20_261_120).Shuffle(Shuffled);
    }

    public FormatFacts Facts { get; }

    public int Pages { get; }

    public RawTables Tables { get; }

    /// <summary>An address of each page, in order.</summary>
    public Iova[] Inputs { get; }

    /// <summary>The same in disorder.</summary>
    public Iova[] Shuffled { get; }

    public IovaRange Range => IovaRange.Of(new Iova(0), (ulong)Pages << Facts.Levels[0].Shift);

    /// <summary>All pages by the plain walker.</summary>
    public ulong WalkPlainly(Iova[] inputs)
    {
        var (sum, root) = (0UL, Tables.RootWord);
        var memory = Tables.Memory;
        foreach (var input in inputs) sum += ReferenceWalker.Walk(Facts, memory, root, input, FormatLimits.None).Leaf.Pfn.Value;
        return sum;
    }
}
