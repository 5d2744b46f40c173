namespace Fast.PageTables.Testing;

/// <summary>What random tables contain that our own never do.</summary>
internal enum Foreign
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Bits that must be zero, and pointers to nowhere.</summary>
    Reserved,

    /// <summary>These, and entries of kinds, sizes, levels and combinations that their place does not have.</summary>
    Everything,
}

/// <summary>
/// Random tables of any format: leaves of every size, tables that take rights away, holes with bits in them, and what is foreign. Keeps the
/// addresses near which something stands.
/// </summary>
internal sealed class RandomTables
{
    private readonly Random _random;
    private readonly FormatFacts _facts;
    private readonly Foreign _foreign;
    private readonly IReadOnlyList<Permissions> _expressible;
    private readonly List<ulong> _interesting = [0];

    /// <param name="facts">The format.</param>
    /// <param name="random">Where choices come from.</param>
    /// <param name="foreign">What to put in beside what our own tables hold.</param>
    public RandomTables(FormatFacts facts, Random random, Foreign foreign)
    {
        (_facts, _random, _foreign, _expressible) = (facts, random, foreign, Bits.Expressible(facts));
        // Anywhere in the output space, so that pointers use every part of the address.
        var space = (1UL << (facts.OutputBits - 1)) - 1;
        var top = facts.DynamicTop ? random.Next(facts.TopLevel + 1) : facts.TopLevel;
        Tables = new RawTables(facts, physicalBase: (random.NextWord() & space & ~0x7FF_FFFFUL) + 0x800_0000, top);
        Fill(Tables.Root, top, 0);
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
        if (_foreign == Foreign.Everything && _random.OneIn(10)) return Anything(level);
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

    /// <summary>An entry with a few bits that mean something turned over.</summary>
    private ulong Anything(int level)
    {
        var here = _facts.Levels[level];
        var entry = here.CanLeaf && _random.OneIn(2) ? LeafEntry(level) : here.CanTable ? Bits.Table(_facts, level, _random.NextWord()) : _random.NextWord();
        var meaning = here.Leaf.Mask | here.Leaf.AnyOf | here.Table.Mask | here.Contiguity.Flag | (_facts.NextLevel.Exists ? _facts.NextLevel.Mask : 0);
        meaning |= _facts.Forbidden.Aggregate(0UL, (mask, forbidden) => mask | forbidden.Mask) | _facts.Present.AnyOf;
        return meaning == 0 ? entry : entry ^ (_random.NextWord() & meaning);
    }

    private ulong LeafEntry(int level)
    {
        var here = _facts.Levels[level];
        var output = _random.NextWord() & Bits.OutputMask(_facts, level);
        var entry = Bits.Leaf(_facts, level, output, _random.Pick(_expressible), _random.Pick(Bits.Lengths(_facts, level)));
        return entry | (_random.NextWord() & Bits.Ignored(_facts, level, leaf: true)) | Unwanted(here.ReservedInLeaf);
    }

    private ulong TableEntry(int level, ulong input)
    {
        var here = _facts.Levels[level];
        var child = Tables.AddTable(level - 1);
        var bits = here.TableValue | (_random.NextWord() & Bits.Ignored(_facts, level, leaf: false));
        foreach (var right in _facts.Rights.Where(right => !right.Implied && right.Kinds.HasFlag(EntryKinds.Table)))
        {
            // Turning a right over must leave the entry what it is: with VT-d the rights are the presence.
            var turned = bits ^ right.Field.Mask;
            if (_random.OneIn(3) && ReferenceDecoder.Decode(_facts, level, turned, new Iova(0), FormatLimits.None).Kind == EntryKind.Table) bits = turned;
        }

        Fill(child, level - 1, input);
        if (_foreign != Foreign.None && _random.OneIn(12)) child = _random.NextWord();
        return Bits.Address(_facts, child) | bits | Unwanted(here.ReservedInTable);
    }

    private ulong Unwanted(ulong reserved)
    {
        if (_foreign == Foreign.None || reserved == 0 || !_random.OneIn(6)) return 0;
        var one = _random.Pick([.. Bits.Each(reserved)]);
        return _random.OneIn(2) ? one : _random.NextWord() & reserved;
    }

    private ulong Extended(ulong input) => _facts.SignExtends && (input >> (_facts.InputBits - 1)) != 0 ? input | (~0UL << _facts.InputBits) : input;
}
