namespace Fast.PageTables;

/// <summary>
/// A page table of one format in an arena. What it can do depends on what the format's declaration asked for: see <see cref="PageTableWalks"/>,
/// <see cref="PageTableRuns"/> and <see cref="PageTableChanges"/>. Readers never lock; writers of disjoint ranges may run in parallel.
/// </summary>
/// <typeparam name="TFormat">The declared format.</typeparam>
public sealed class PageTable<TFormat>
    where TFormat : struct, IPageTableFormat
{
    private ulong _rootWord;
    private readonly ScanVariant _scan = Capped(ScanVariants.Default);

    /// <summary>An empty table: one root, taken from <paramref name="arena"/>.</summary>
    /// <exception cref="InvalidOperationException">The arena is full.</exception>
    /// <exception cref="ArgumentException">The arena lies where entries of 4 bytes cannot point to.</exception>
    public PageTable(TableArena arena)
    {
        ArgumentNullException.ThrowIfNull(arena);
        var root = TFormat.Facts.Levels[TFormat.Facts.FirstTop];
        if (!arena.TryAllocate(root.TableBytes, zeroed: true, out var address))
            throw new InvalidOperationException($"no room for the root of a {TFormat.Facts.Name} table: the arena of {BinarySize.Format(arena.CapacityBytes)} is full");
        if (TFormat.Facts.EntryBytes == 4 && address >> TFormat.Facts.OutputBits != 0)
            throw new ArgumentException($"a {TFormat.Facts.Name} table cannot lie at {new PhysicalAddress(address)}: its entries point to {TFormat.Facts.OutputBits} bits; give it an arena of its own, below that", nameof(arena));
        Arena = arena;
        RootWord = address | (TFormat.Facts.DynamicTop ? (uint)TFormat.Facts.FirstTop : 0);
    }

    /// <summary>Where the tables are.</summary>
    public TableArena Arena { get; }

    /// <summary>Physical address of the root table: what a root register would hold.</summary>
    public PhysicalAddress Root => new(TFormat.Facts.RootAddress(RootWord));

    /// <summary>What walks start from: the root's address and, where the root can grow, its level in the low bits. Read as one word.</summary>
    public ulong RootWord
    {
        get => Volatile.Read(ref _rootWord);
        private init => _rootWord = value;
    }

    /// <summary>Lets readers check whether a result they keep still holds.</summary>
    public Invalidation Invalidation { get; } = new();

    /// <summary>
    /// How runs are scanned. Default: the widest this machine has, or what the AppContext switch says, but none wider than the format's project asked for
    /// (<c>FastPageTablesScan</c>). Entries of 4 bytes are scanned one by one.
    /// </summary>
    /// <exception cref="ArgumentException">This machine does not have the variant, or the format's project asked for narrower ones.</exception>
    public ScanVariant Scan
    {
        get => _scan;
        init => _scan = !ScanVariants.IsSupported(value) ? throw new ArgumentException($"this machine has no {value}; the widest here is {ScanVariants.Supported.Max()}", nameof(value))
            : value > TFormat.WidestScan && TFormat.Facts.EntryBytes == 4 ? throw new ArgumentException($"{TFormat.Facts.Name} has entries of 4 bytes, which are scanned one by one (Scalar), not by {value}", nameof(value))
            : value > TFormat.WidestScan ? throw new ArgumentException($"{TFormat.Facts.Name} was built for scans of at most {TFormat.WidestScan} (FastPageTablesScan), not {value}", nameof(value))
            : value;
    }

    /// <summary>The root word, for the growth of the root.</summary>
    internal ref ulong RootSlot => ref _rootWord;

    private static ScanVariant Capped(ScanVariant variant) => variant < TFormat.WidestScan ? variant : TFormat.WidestScan;
}
