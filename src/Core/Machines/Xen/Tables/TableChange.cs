using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>What changes of a table did, counted where they were done.</summary>
public sealed record TableChange
{
    /// <summary>Leaves written (set, cleared or given another type), and those that fill the tables of a split.</summary>
    public LeafSizes Written { get; private set; }

    /// <summary>Of <see cref="Written"/>, those that fill the tables of a split.</summary>
    public LeafSizes FilledBySplits { get; private set; }

    /// <summary>Superpages that were split, by the size they had.</summary>
    public LeafSizes Shattered { get; private set; }

    /// <summary>Tables taken from the arena.</summary>
    public ulong TablesTaken { get; private set; }

    /// <summary>Tables given back to the arena.</summary>
    public ulong TablesGivenBack { get; private set; }

    /// <summary>Leaves that a walker may hold in its cache were removed or changed: a flush is due.</summary>
    public bool NeedsFlush { get; private set; }

    /// <summary>Whether nothing was done.</summary>
    public bool IsEmpty => Written.Total == 0;

    /// <summary>Notes leaves that came into being where none were.</summary>
    internal void Set(in LeafCounts leaves) => Written += LeafSizes.Of(leaves);

    /// <summary>Notes leaves that went or changed.</summary>
    internal void Changed(in LeafCounts leaves)
    {
        Written += LeafSizes.Of(leaves);
        NeedsFlush |= leaves.Total != 0;
    }

    /// <summary>Notes that leaves made way for others, which are counted where they are set.</summary>
    internal void Overwrote() => NeedsFlush = true;

    /// <summary>Notes a split of a leaf of <paramref name="size"/>.</summary>
    internal void Split(PageSize size, in LeafCounts fills)
    {
        Shattered = Shattered.Plus(size, 1);
        FilledBySplits += LeafSizes.Of(fills);
        Written += LeafSizes.Of(fills);
        NeedsFlush = true;
    }

    /// <summary>Notes a leaf of <paramref name="size"/> that takes the place of smaller ones.</summary>
    internal void Collapsed(PageSize size)
    {
        Written = Written.Plus(size, 1);
        NeedsFlush = true;
    }

    /// <summary>Notes what became of the arena's tables.</summary>
    internal void Tables(ulong taken, ulong givenBack)
    {
        TablesTaken += taken;
        TablesGivenBack += givenBack;
    }

    /// <summary>Adds another change to this one.</summary>
    internal void Add(TableChange other)
    {
        Written += other.Written;
        FilledBySplits += other.FilledBySplits;
        Shattered += other.Shattered;
        TablesTaken += other.TablesTaken;
        TablesGivenBack += other.TablesGivenBack;
        NeedsFlush |= other.NeedsFlush;
    }
}

/// <summary>Numbers of leaves of the three sizes that Xen uses.</summary>
/// <param name="Small">4 KiB.</param>
/// <param name="Middle">2 MiB.</param>
/// <param name="Large">1 GiB.</param>
public readonly record struct LeafSizes(ulong Small, ulong Middle, ulong Large)
{
    /// <summary>All together.</summary>
    public ulong Total => Small + Middle + Large;

    /// <summary>4 KiB pages that they map.</summary>
    public ulong Pages => (Small * PageSize.Size4K.Pages) + (Middle * PageSize.Size2M.Pages) + (Large * PageSize.Size1G.Pages);

    /// <summary>Counts by level as counts by size: levels 0 to 2 hold these sizes in every format here.</summary>
    public static LeafSizes Of(in LeafCounts leaves) => new(leaves[0], leaves[1], leaves[2]);

    /// <summary>With <paramref name="count"/> more of <paramref name="size"/>.</summary>
    public LeafSizes Plus(PageSize size, ulong count) => size.Shift switch
    {
        12 => this with { Small = Small + count },
        21 => this with { Middle = Middle + count },
        _ => this with { Large = Large + count },
    };

    /// <summary>Adds up.</summary>
    public static LeafSizes operator +(LeafSizes left, LeafSizes right) => new(left.Small + right.Small, left.Middle + right.Middle, left.Large + right.Large);

    /// <summary><c>64 x 1G + 3 x 2M</c>, largest first.</summary>
    public override string ToString()
    {
        var sizes = default(LeafSizeCounts);
        sizes.Add(PageSize.Size4K, Small);
        sizes.Add(PageSize.Size2M, Middle);
        sizes.Add(PageSize.Size1G, Large);
        return sizes.ToString();
    }
}
