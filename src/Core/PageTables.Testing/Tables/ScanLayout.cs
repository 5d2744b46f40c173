namespace Fast.PageTables.Testing;

/// <summary>
/// A few neighbouring items of level 1, dense with leaves: what a run scanner is made for, and every way to break a run. Also says which
/// leaves a scan of a range must read.
/// </summary>
internal sealed class ScanLayout
{
    private readonly FormatFacts _facts;
    private readonly Random _random;
    private readonly IReadOnlyList<Permissions> _expressible;
    private ulong _output;
    private Permissions _permissions;

    public ScanLayout(FormatFacts facts, Random random)
    {
        (_facts, _random) = (facts, random);
        _expressible = Bits.Expressible(facts);
        Tables = new RawTables(facts);
        var large = facts.Levels[1];
        var (starts, bytes) = Bits.Stretches(facts);
        // Often across a table of level 1, sometimes at the very end of a stretch.
        var items = 1UL << large.Bits;
        var last = bytes == 0 ? ulong.MaxValue >> large.Shift : (bytes - 1) >> large.Shift;
        Count = random.Next(2, 5);
        var first = random.Next(4) switch { 0 => last - (ulong)Count + 1, 1 => items - 2, _ => (ulong)random.Next(1, 1000) };
        Start = random.Pick(starts) + (first << large.Shift);
        _output = random.NextWord() & Bits.OutputMask(facts, 1);
        _permissions = random.Pick(_expressible);
        for (var item = 0; item < Count;) item += FillItem(Start + ((ulong)item << large.Shift), Count - item);
    }

    public RawTables Tables { get; }

    /// <summary>First address of the layout.</summary>
    public ulong Start { get; }

    /// <summary>Items of level 1.</summary>
    public int Count { get; }

    /// <summary>Last address of the layout.</summary>
    public ulong Last => Start + (((ulong)Count << _facts.Levels[1].Shift) - 1);

    /// <summary>A range of it, with ends anywhere.</summary>
    public IovaRange NextRange()
    {
        if (_random.OneIn(3)) return IovaRange.Inclusive(new Iova(Start), new Iova(Last));
        var length = Last - Start;
        var (a, b) = (Start + (_random.NextWord() % length), Start + (_random.NextWord() % length));
        if (_random.OneIn(3)) b = a + Math.Min(Last - a, (ulong)_random.Next(1, 80) << _facts.Levels[0].Shift);
        return IovaRange.Inclusive(new Iova(Math.Min(a, b)), new Iova(Math.Max(a, b)));
    }

    /// <summary>The runs of a range as the plain pinner reads them: whole pages of the format.</summary>
    public static List<Run> Runs(RawTables tables, IovaRange range) =>
        ReferencePinner.ReadRuns(tables.Facts, tables.Memory, tables.RootWord, Widened(tables.Facts, range));

    /// <summary>The leaves that a range touches.</summary>
    public static LeafCounts Leaves(RawTables tables, IovaRange range)
    {
        LeafCounts counts = default;
        var wide = Widened(tables.Facts, range);
        for (var input = wide.Start.Value; ;)
        {
            var walk = tables.Walk(input);
            if (walk.IsLeaf) counts[walk.Level]++;
            var last = input | ((1UL << tables.Facts.Levels[walk.IsLeaf ? walk.Level : 0].Shift) - 1);
            if (last >= wide.Last.Value) return counts;
            input = last + 1;
        }
    }

    private static IovaRange Widened(FormatFacts facts, IovaRange range)
    {
        var page = Bits.Granule(facts) - 1;
        return IovaRange.Inclusive(new Iova(range.Start.Value & ~page), new Iova(range.Last.Value | page));
    }

    /// <summary>Fills an item, or as many as one leaf takes; returns how many.</summary>
    private int FillItem(ulong input, int room)
    {
        var large = _facts.Levels[1];
        switch (_random.Next(8))
        {
            case 0:
                return 1;
            case 1 or 2 when large.CanLeaf:
                if ((_output & ((1UL << large.Shift) - 1)) != 0 || _random.OneIn(3)) _output = _random.NextWord() & Bits.OutputMask(_facts, 1);
                if (_random.OneIn(2)) _permissions = _random.Pick(_expressible);
                var lg2 = Length(1, Tables.Index(1, input));
                if (1 << lg2 > room) lg2 = 0;
                for (var item = 0; item < 1 << lg2; item++)
                {
                    Tables.SetLeaf(input + ((ulong)item << large.Shift), 1, Dusted(1, _output, _permissions, lg2), TableBits);
                    _output += 1UL << large.Shift;
                }

                return 1 << lg2;
            default:
                FillTable(Tables.TableAt(input, 0, TableBits));
                return 1;
        }
    }

    private void FillTable(ulong table)
    {
        var items = 1 << _facts.Levels[0].Bits;
        if (_random.OneIn(2) && (_output & ((1UL << _facts.Levels[1].Shift) - 1)) != 0) _output = _random.NextWord() & Bits.OutputMask(_facts, 1);
        var (mode, every) = (_random.Next(6), _random.Pick([64, 9]));
        for (var index = 0; index < items;)
        {
            var length = mode switch
            {
                0 => every - 1,
                1 => items,
                2 => 1,
                _ => _random.Pick([1, 1, 2, 3, 7, 8, 9, 31, 63, 64, 65, 100, 130, 512]),
            };
            while (length > 0 && index < items)
            {
                var lg2 = Length(0, index);
                for (var end = index + (1 << lg2); index < end; index++, length--)
                {
                    Tables[table, index] = Dusted(0, _output, _permissions, lg2);
                    _output += 1UL << _facts.Levels[0].Shift;
                }
            }

            if (mode == 0) index = Hole(table, index, 1, items);
            else if (mode is 2 or > 2) index = Break(table, index, items);
        }
    }

    private int Break(ulong table, int index, int items)
    {
        switch (_random.Next(6))
        {
            case 0:
                return Hole(table, index, _random.Pick([1, 2, 9, 64, 128]), items);
            case 1:
                // A hole that the frames count on through.
                var next = Hole(table, index, 1, items);
                _output += 1UL << _facts.Levels[0].Shift;
                return next;
            case 2:
                _permissions = _random.Pick(_expressible);
                return index;
            case 3:
                _output = _random.NextWord() & Bits.OutputMask(_facts, 0);
                // Near the end of an address field, so that counting on carries into the next one.
                if (_facts.Segments.Length > 1 && _random.OneIn(2)) _output = (1UL << _facts.Segments[1].AddressLo) - ((ulong)_random.Next(1, 40) << _facts.Levels[0].Shift);
                return index;
            case 4:
                _output = _random.OneIn(2) ? _output - (1UL << _facts.Levels[0].Shift) : 0;
                return index;
            default:
                return index;
        }
    }

    private int Hole(ulong table, int index, int length, int items)
    {
        for (; length > 0 && index < items; length--, index++)
        {
            // What hardware does not look at may be anything, also the address that would go on.
            var word = _random.Next(3) switch { 0 => 0UL, 1 => Bits.Address(_facts, _output), _ => _random.NextWord() };
            Tables[table, index] = word & ~(_facts.Present.Mask | _facts.Present.AnyOf);
        }

        return index;
    }

    /// <summary>log2 of the items of a leaf at <paramref name="index"/>; the output address is aligned to it.</summary>
    private int Length(int level, int index)
    {
        if (!_facts.Levels[level].Contiguity.Exists || _random.Next(3) != 0) return 0;
        var fitting = Bits.Lengths(_facts, level).Where(lg2 => (index & ((1 << lg2) - 1)) == 0).ToList();
        var lg2 = _random.Pick(fitting);
        if (lg2 != 0) _output &= ~((1UL << (_facts.Levels[level].Shift + lg2)) - 1);
        return lg2;
    }

    private ulong Dusted(int level, ulong output, Permissions permissions, int lg2 = 0) =>
        Bits.Leaf(_facts, level, output & Bits.OutputMask(_facts, level), permissions, lg2) | (_random.NextWord() & Bits.Ignored(_facts, level, leaf: true));

    private ulong TableBits(int level)
    {
        var bits = _facts.Levels[level].TableValue;
        foreach (var right in _facts.Rights.Where(right => !right.Implied && right.Kinds.HasFlag(EntryKinds.Table)))
        {
            var turned = bits ^ right.Field.Mask;
            if (_random.OneIn(3) && ReferenceDecoder.Decode(_facts, level, turned, new Iova(0), FormatLimits.None).Kind == EntryKind.Table) bits = turned;
        }

        return bits;
    }
}
