using Fast.PageTables;

namespace Fast.Tool;

/// <summary>Counts of leaves by the size that they have.</summary>
internal static class Leaves
{
    /// <summary>All sizes that the format has, smallest first: <c>4K</c>, <c>2M</c>, <c>1G</c>.</summary>
    public static Dictionary<string, long> BySize(FormatFacts facts, LeafCounts counts)
    {
        var leaves = new Dictionary<string, long>();
        for (var level = 0; level <= facts.TopLevel; level++)
        {
            if (facts.Levels[level].CanLeaf) leaves.Add(BinarySize.Format(1UL << facts.Levels[level].Shift), (long)counts[level]);
        }

        return leaves;
    }

    /// <summary><c>4K</c>, <c>2M</c> and <c>1G</c>, and every other size that occurs, smallest first.</summary>
    public static Dictionary<string, long> BySize(LeafSizeCounts counts)
    {
        var sizes = new SortedSet<PageSize> { PageSize.Size4K, PageSize.Size2M, PageSize.Size1G };
        foreach (var (size, _) in counts) sizes.Add(size);
        return sizes.ToDictionary(size => size.ToString(), size => (long)counts[size]);
    }

    /// <summary>Those that there are, largest first: <c>32 x 1G + 3 x 4K</c>.</summary>
    public static string Text(IReadOnlyDictionary<string, long> leaves)
    {
        var parts = leaves.Reverse().Where(pair => pair.Value != 0).Select(pair => $"{Numbers.Count(pair.Value)} x {pair.Key}").ToList();
        return parts.Count == 0 ? "none" : string.Join(" + ", parts);
    }
}
