namespace Fast.PageTables.Testing;

/// <summary>What a page table must do, as a dictionary of leaves and the plainest search for their sizes.</summary>
internal sealed class MapModel(FormatFacts facts)
{
    private readonly SortedDictionary<ulong, ModelLeaf> _leaves = [];

    public IReadOnlyCollection<ModelLeaf> Leaves => _leaves.Values;

    /// <summary>The best leaf by brute force: try each level and each number of items, largest first.</summary>
    public static (int Level, int Shift)? Best(FormatFacts facts, ulong input, ulong last, ulong output, int largestShift = 63)
    {
        var sizes = Enumerable.Range(0, facts.Levels.Length)
            .Where(level => facts.Levels[level].CanLeaf)
            .SelectMany(level => Bits.Lengths(facts, level).Select(lg2 => (Level: level, Shift: facts.Levels[level].Shift + lg2)))
            .Where(size => size.Shift <= largestShift && !facts.Levels.Any(level => level.Contiguity.ExceptShift == size.Shift))
            .OrderByDescending(size => size.Shift);
        foreach (var size in sizes)
        {
            var offset = (1UL << size.Shift) - 1;
            if (((input | output) & offset) == 0 && last - input >= offset) return size;
        }

        return null;
    }

    public MapStatus Map(IovaRange range, Pfn first, Permissions permissions, int largestShift, out LeafCounts written)
    {
        written = default;
        var output = first.Value << 12;
        var granule = Bits.Granule(facts) - 1;
        if (!range.IsAlignedTo(new PageSize(facts.Levels[0].Shift))) return MapStatus.Misaligned;
        if (!Bits.IsTranslated(facts, range)) return MapStatus.BadInput;
        if (output >> 12 != first.Value || (facts.OutputBits < 64 && (output + (range.Bytes - 1)) >> facts.OutputBits != 0)) return MapStatus.BadOutput;
        if ((output & granule) != 0) return MapStatus.Misaligned;
        if (!Bits.TryEncode(facts, permissions, out _)) return MapStatus.BadPermissions;
        if (_leaves.Values.Any(leaf => leaf.Input <= range.Last.Value && leaf.Last >= range.Start.Value)) return MapStatus.AlreadyMapped;
        for (var input = range.Start.Value; ;)
        {
            var (level, shift) = Best(facts, input, range.Last.Value, output, largestShift) ?? (0, facts.Levels[0].Shift);
            var leaf = new ModelLeaf(input, level, shift, output, permissions);
            _leaves.Add(input, leaf);
            written[level] += leaf.Items(facts);
            if (leaf.Last == range.Last.Value) return MapStatus.Done;
            output += leaf.Last - input + 1;
            input = leaf.Last + 1;
        }
    }

    public MapStatus Unmap(IovaRange range, out LeafCounts removed)
    {
        removed = default;
        if (!range.IsAlignedTo(new PageSize(facts.Levels[0].Shift))) return MapStatus.Misaligned;
        if (!Bits.IsTranslated(facts, range)) return MapStatus.BadInput;
        var touched = _leaves.Values.Where(leaf => leaf.Input <= range.Last.Value && leaf.Last >= range.Start.Value).ToList();
        if (touched.Any(leaf => leaf.Input < range.Start.Value || leaf.Last > range.Last.Value)) return MapStatus.CutsLeaf;
        foreach (var leaf in touched)
        {
            _leaves.Remove(leaf.Input);
            removed[leaf.Level] += leaf.Items(facts);
        }

        return MapStatus.Done;
    }

    /// <summary>The leaves as runs.</summary>
    public List<Run> Runs()
    {
        var runs = new List<Run>();
        foreach (var leaf in _leaves.Values)
        {
            var pages = 1UL << (leaf.Shift - 12);
            if (runs.Count > 0 && unchecked(runs[^1].Last.Value + 1) == leaf.Input && runs[^1].Pfn.Value + runs[^1].Pages == leaf.Output >> 12 && runs[^1].Permissions == leaf.Permissions)
                runs[^1] = new Run(runs[^1].Start, runs[^1].Pfn, runs[^1].Pages + pages, leaf.Permissions);
            else
                runs.Add(new Run(new Iova(leaf.Input), new Pfn(leaf.Output >> 12), pages, leaf.Permissions));
        }

        return runs;
    }

    /// <summary>The leaf that translates <paramref name="input"/>.</summary>
    public ModelLeaf? Find(ulong input) =>
        _leaves.Values.Cast<ModelLeaf?>().FirstOrDefault(leaf => leaf!.Value.Input <= input && leaf.Value.Last >= input);
}

/// <summary>A leaf of the model; it may take several items.</summary>
internal readonly record struct ModelLeaf(ulong Input, int Level, int Shift, ulong Output, Permissions Permissions)
{
    public ulong Last => Input + ((1UL << Shift) - 1);

    public ulong Items(FormatFacts facts) => 1UL << (Shift - facts.Levels[Level].Shift);
}
