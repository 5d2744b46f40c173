namespace Fast.PageTables.Testing;

/// <summary>A leaf of the model: where, how large, and what hardware noted.</summary>
internal readonly record struct UsedLeaf(ulong Input, int Shift, ulong Output, Permissions Permissions, bool Accessed, bool Dirty)
{
    public ulong Last => Input + ((1UL << Shift) - 1);
}

/// <summary>A page table as a dictionary of leaves, changed by the plainest rules.</summary>
internal sealed class LeafModel(FormatFacts facts, Func<PageSize, Permissions, ulong?> encode)
{
    private readonly SortedDictionary<ulong, UsedLeaf> _leaves = [];

    public IReadOnlyCollection<UsedLeaf> Leaves => _leaves.Values;

    /// <summary>Sizes that may be written, smallest first.</summary>
    public int[] Shifts { get; } = [.. facts.LeafSizes.Select(size => size.Shift).Where(shift => facts.Levels.All(level => level.Contiguity.ExceptShift != shift))];

    public UsedLeaf? Find(ulong input) => _leaves.Values.Cast<UsedLeaf?>().FirstOrDefault(leaf => leaf!.Value.Input <= input && leaf.Value.Last >= input);

    public int LevelOf(int shift) => Enumerable.Range(0, facts.Levels.Length).Last(level => facts.Levels[level].CanLeaf && facts.Levels[level].Shift <= shift);

    public MapStatus Map(IovaRange range, ulong output, Permissions permissions)
    {
        if (!IsTranslated(range)) return MapStatus.BadInput;
        if ((output + (range.Bytes - 1)) >> facts.OutputBits != 0) return MapStatus.BadOutput;
        if (encode(new PageSize(Shifts[0]), permissions) == null) return MapStatus.BadPermissions;
        if (Within(range).Count != 0) return MapStatus.AlreadyMapped;
        for (var input = range.Start.Value; ;)
        {
            var shift = Shifts.Last(size => ((input | output) & ((1UL << size) - 1)) == 0 && range.Last.Value - input >= (1UL << size) - 1);
            var raw = encode(new PageSize(shift), permissions)!.Value;
            Add(new UsedLeaf(input, shift, output, permissions, (raw & facts.AccessedMask) != 0, facts.Dirty.Holds(raw)));
            if (range.Last.Value - input == (1UL << shift) - 1) return MapStatus.Done;
            input += 1UL << shift;
            output += 1UL << shift;
        }
    }

    public MapStatus Unmap(IovaRange range, out LeafCounts items)
    {
        items = default;
        if (!IsTranslated(range)) return MapStatus.BadInput;
        var touched = Within(range);
        if (touched.Any(leaf => Cuts(range, leaf))) return MapStatus.CutsLeaf;
        foreach (var leaf in touched)
        {
            _leaves.Remove(leaf.Input);
            Count(ref items, leaf);
        }

        return MapStatus.Done;
    }

    public MapStatus Protect(IovaRange range, Permissions permissions, out LeafCounts items)
    {
        items = default;
        if (!IsTranslated(range)) return MapStatus.BadInput;
        if (encode(new PageSize(Shifts[0]), permissions) == null) return MapStatus.BadPermissions;
        var touched = Within(range);
        if (touched.Any(leaf => Cuts(range, leaf))) return MapStatus.CutsLeaf;
        foreach (var leaf in touched)
        {
            // Where the dirty bit refuses writing, a leaf that becomes writable becomes dirty.
            var becomesDirty = facts.Dirty.Modifier != 0 && permissions.HasFlag(Permissions.Write) && !leaf.Permissions.HasFlag(Permissions.Write);
            Add(leaf with { Permissions = permissions, Dirty = leaf.Dirty || becomesDirty });
            Count(ref items, leaf);
        }

        return MapStatus.Done;
    }

    public ReshapeStatus Split(ulong at)
    {
        if (!facts.IsInputValid(new Iova(at))) return ReshapeStatus.BadInput;
        if (Find(at) is not { } leaf) return ReshapeStatus.NoLeaf;
        var level = LevelOf(leaf.Shift);
        var single = facts.Levels[level].Shift;
        var isRun = leaf.Shift != single;
        if (!isRun && level == 0) return ReshapeStatus.AlreadySmallest;
        var shift = isRun && Shifts.Contains(single) ? single : Shifts.Last(size => size < single);
        _leaves.Remove(leaf.Input);
        for (var offset = 0UL; offset <= leaf.Last - leaf.Input; offset += 1UL << shift) Add(leaf with { Input = leaf.Input + offset, Output = leaf.Output + offset, Shift = shift });
        return ReshapeStatus.Done;
    }

    /// <summary>Collapses or tells all reasons that there are not to.</summary>
    public ReshapeStatus[] Collapse(ulong at, int shift)
    {
        if (!facts.IsInputValid(new Iova(at))) return [ReshapeStatus.BadInput];
        if (!Shifts.Contains(shift)) return [ReshapeStatus.BadSize];
        var start = at & ~((1UL << shift) - 1);
        var range = IovaRange.Inclusive(new Iova(start), new Iova(start | ((1UL << shift) - 1)));
        var leaves = Within(range);
        if (leaves.Any(leaf => leaf.Shift >= shift)) return [ReshapeStatus.AlreadyLarge];
        var reasons = new List<ReshapeStatus>();
        var level = LevelOf(shift);
        var from = facts.Levels[level].Shift == shift ? level - 1 : level;
        // A hole may be an empty table.
        if (leaves.Aggregate(0UL, (bytes, leaf) => bytes + (1UL << leaf.Shift)) != 1UL << shift) reasons.AddRange([ReshapeStatus.NoLeaf, ReshapeStatus.HoldsTables]);
        if (leaves.Any(leaf => LevelOf(leaf.Shift) < from)) reasons.Add(ReshapeStatus.HoldsTables);
        if (leaves.Any(leaf => leaf.Output - leaf.Input != leaves[0].Output - leaves[0].Input)) reasons.Add(ReshapeStatus.NotContiguous);
        if (leaves.Any(leaf => leaf.Permissions != leaves[0].Permissions)) reasons.Add(ReshapeStatus.Different);
        if (leaves.Count != 0 && ((leaves[0].Output - leaves[0].Input) & ((1UL << shift) - 1)) != 0) reasons.Add(ReshapeStatus.Misaligned);
        if (reasons.Count != 0) return [.. reasons];
        foreach (var leaf in leaves) _leaves.Remove(leaf.Input);
        Add(leaves[0] with { Shift = shift, Accessed = leaves.Any(leaf => leaf.Accessed), Dirty = leaves.Any(leaf => leaf.Dirty) });
        return [ReshapeStatus.Done];
    }

    public List<IovaRange> Harvest(IovaRange range, bool dirty, bool clear)
    {
        var ranges = new List<IovaRange>();
        foreach (var leaf in Within(range).Where(leaf => dirty ? leaf.Dirty : leaf.Accessed))
        {
            if (ranges.Count != 0 && ranges[^1].Last.Value + 1 == leaf.Input) ranges[^1] = IovaRange.Inclusive(ranges[^1].Start, new Iova(leaf.Last));
            else ranges.Add(IovaRange.Inclusive(new Iova(leaf.Input), new Iova(leaf.Last)));
            if (clear) Add(dirty ? leaf with { Dirty = false } : leaf with { Accessed = false });
        }

        return ranges;
    }

    public void Touch(ulong at, bool dirty)
    {
        if (Find(at) is { } leaf) Add(leaf with { Accessed = true, Dirty = leaf.Dirty || dirty });
    }

    private bool IsTranslated(IovaRange range) => Bits.IsTranslated(facts, range);

    private List<UsedLeaf> Within(IovaRange range) => [.. _leaves.Values.Where(leaf => leaf.Input <= range.Last.Value && leaf.Last >= range.Start.Value)];

    private static bool Cuts(IovaRange range, UsedLeaf leaf) => leaf.Input < range.Start.Value || leaf.Last > range.Last.Value;

    private void Add(UsedLeaf leaf) => _leaves[leaf.Input] = leaf;

    private void Count(ref LeafCounts items, UsedLeaf leaf)
    {
        var level = LevelOf(leaf.Shift);
        items[level] += 1UL << (leaf.Shift - facts.Levels[level].Shift);
    }
}
