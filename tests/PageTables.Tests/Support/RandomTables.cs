namespace Fast.PageTables.Tests;

/// <summary>
/// Random tables of any format: leaves of every size, tables that take rights away, holes with bits in them, bits that must be zero, pointers to
/// nowhere. Keeps the addresses near which something stands.
/// </summary>
internal sealed class RandomTables
{
    private readonly Random _random;
    private readonly FormatFacts _facts;
    private readonly bool _trusted;
    private readonly List<ulong> _interesting = [0];

    /// <param name="facts">The format.</param>
    /// <param name="random">Where choices come from.</param>
    /// <param name="trusted">Whether to leave out what only foreign tables contain: reserved bits and pointers to nowhere.</param>
    public RandomTables(FormatFacts facts, Random random, bool trusted)
    {
        (_facts, _random, _trusted) = (facts, random, trusted);
        Tables = new RawTables(facts, physicalBase: (ulong)random.Next(1, 1 << 12) << 20);
        Fill(Tables.Root, facts.TopLevel, 0);
    }

    public RawTables Tables { get; }

    /// <summary>An address: near something that stands in the tables, or anywhere.</summary>
    public Iova NextInput()
    {
        if (_random.OneIn(8)) return new Iova(_random.NextWord() >> _random.Next(64));
        var near = _random.Pick(_interesting) + (_random.NextWord() & ((1UL << _random.Next(1, 41)) - 1)) - (_random.OneIn(4) ? 1UL : 0);
        return new Iova(_random.OneIn(16) ? near ^ (1UL << _random.Next(64)) : near);
    }

    private void Fill(ulong table, int level, ulong input)
    {
        var here = _facts.Levels[level];
        var items = 1 << here.Bits;
        foreach (var index in new[] { 0, items - 1, items / 2, _random.Next(items), _random.Next(items), _random.Next(items) }.Distinct())
        {
            var at = Extended(input | ((ulong)index << here.Shift));
            _interesting.Add(at);
            Tables[table, index] = Entry(level, at);
        }
    }

    private ulong Entry(int level, ulong input)
    {
        var here = _facts.Levels[level];
        if (_random.OneIn(8)) return NotPresent();
        if (here.CanTable && (!here.CanLeaf || _random.Next(3) != 0)) return TableEntry(level, input);
        return here.CanLeaf ? LeafEntry(level) : NotPresent();
    }

    private ulong NotPresent()
    {
        for (var tries = 0; tries < 8; tries++)
        {
            var word = _random.NextWord() & ~(_facts.Present.AnyOf | (_random.OneIn(2) ? _facts.Present.Mask : 0));
            if (!_facts.Present.Holds(word)) return word;
        }

        return 0;
    }

    private ulong LeafEntry(int level)
    {
        var here = _facts.Levels[level];
        var output = _random.NextWord() & here.LeafAddressMask;
        var entry = Bits.Leaf(_facts, level, output, _random.Pick(Bits.Expressible(_facts))) | (_random.NextWord() & Bits.Ignored(_facts, level, leaf: true));
        return entry | Foreign(here.ReservedInLeaf);
    }

    private ulong TableEntry(int level, ulong input)
    {
        var here = _facts.Levels[level];
        var child = Tables.AddTable(level - 1);
        var bits = _facts.TableValue | (_random.NextWord() & Bits.Ignored(_facts, level, leaf: false));
        foreach (var right in _facts.Rights)
        {
            // Turning a right over must leave the entry what it is: with VT-d the rights are the presence.
            var turned = bits ^ right.Mask;
            if (_random.OneIn(3) && _facts.Present.Holds(turned)) bits = turned;
        }

        Fill(child, level - 1, input);
        if (!_trusted && _random.OneIn(12)) child = _random.NextWord() & _facts.AddressMask;
        return child | bits | Foreign(here.ReservedInTable);
    }

    private ulong Foreign(ulong reserved)
    {
        if (_trusted || reserved == 0 || !_random.OneIn(6)) return 0;
        var one = _random.Pick([.. Bits.Each(reserved)]);
        return _random.OneIn(2) ? one : _random.NextWord() & reserved;
    }

    private ulong Extended(ulong input) => _facts.SignExtends && (input >> (_facts.InputBits - 1)) != 0 ? input | (~0UL << _facts.InputBits) : input;
}
