using Fast.Machines.Xen;
using Fast.PageTables;

namespace Fast.Tests.Xen;

/// <summary>What a change of a <see cref="PlainTable"/> counts.</summary>
internal sealed class PlainCounts
{
    public LeafSizes Written { get; set; }

    public LeafSizes Shattered { get; set; }
}

/// <summary>A table without tables: a sorted list of leaves, changed one at a time. The plain twin of <see cref="TranslationTable"/>.</summary>
internal sealed class PlainTable
{
    private const ulong M2 = 512;
    private const ulong G1 = 512 * 512;
    private readonly SortedDictionary<ulong, (ulong Mfn, ulong Pages)> _leaves = [];

    public LeafSizes Leaves => _leaves.Values.Aggregate(default(LeafSizes), (sum, leaf) => Plus(sum, leaf.Pages));

    public void Set(ulong gfn, ulong mfn, ulong pages, ulong largest, PlainCounts counts)
    {
        Cut(gfn, pages, G1, counts);
        foreach (var at in Within(gfn, pages)) _leaves.Remove(at);
        for (var done = 0UL; done < pages;)
        {
            var size = 1UL;
            foreach (var larger in (ulong[])[M2, G1])
                if (larger <= largest && (gfn + done) % larger == 0 && (mfn + done) % larger == 0 && pages - done >= larger) size = larger;
            _leaves.Add(gfn + done, (mfn + done, size));
            counts.Written = Plus(counts.Written, size);
            done += size;
        }
    }

    public void Remove(ulong gfn, ulong pages, ulong largest, PlainCounts counts)
    {
        Cut(gfn, pages, largest, counts);
        foreach (var at in Within(gfn, pages))
        {
            counts.Written = Plus(counts.Written, _leaves[at].Pages);
            _leaves.Remove(at);
        }
    }

    public void Protect(ulong gfn, ulong pages, ulong largest, PlainCounts counts)
    {
        Cut(gfn, pages, largest, counts);
        foreach (var at in Within(gfn, pages)) counts.Written = Plus(counts.Written, _leaves[at].Pages);
    }

    private List<ulong> Within(ulong gfn, ulong pages) => [.. _leaves.Keys.Where(at => at >= gfn && at < gfn + pages)];

    /// <summary>Splits every leaf that reaches out of the range, and every larger one that lies in it.</summary>
    private void Cut(ulong gfn, ulong pages, ulong largest, PlainCounts counts)
    {
        while (true)
        {
            var (at, leaf) = _leaves.FirstOrDefault(each => Overlaps(each.Key, each.Value.Pages) && (each.Key < gfn || each.Key + each.Value.Pages > gfn + pages || each.Value.Pages > largest));
            if (leaf.Pages == 0) return;
            _leaves.Remove(at);
            counts.Shattered = Plus(counts.Shattered, leaf.Pages);
            for (var piece = 0UL; piece < leaf.Pages; piece += leaf.Pages / 512)
            {
                _leaves.Add(at + piece, (leaf.Mfn + piece, leaf.Pages / 512));
                counts.Written = Plus(counts.Written, leaf.Pages / 512);
            }
        }

        bool Overlaps(ulong start, ulong length) => start < gfn + pages && gfn < start + length;
    }

    private static LeafSizes Plus(LeafSizes sizes, ulong pages) => sizes.Plus(new PageSize(Pfn.Shift + System.Numerics.BitOperations.Log2(pages)), 1);
}
