namespace Fast.PageTables;

/// <summary>A walk, told in full: where it ended, at which entry, and what that means.</summary>
public readonly record struct WalkResult
{
    private WalkResult(WalkStatus status, int level, ulong entry, Leaf leaf) => (Status, Level, Entry, Leaf) = (status, level, entry, leaf);

    /// <summary>Where the walk ended.</summary>
    public WalkStatus Status { get; }

    /// <summary>Level of the entry at which it ended; for <see cref="WalkStatus.BadInput"/> the top level plus one.</summary>
    public int Level { get; }

    /// <summary>That entry, as it was read.</summary>
    public ulong Entry { get; }

    /// <summary>The translation; meaningful only when <see cref="IsLeaf"/>.</summary>
    public Leaf Leaf { get; }

    /// <summary>Whether there is a translation.</summary>
    public bool IsLeaf => Status == WalkStatus.Leaf;

    /// <summary>A walk that found a translation.</summary>
    public static WalkResult AtLeaf(int level, ulong entry, Leaf leaf) => new(WalkStatus.Leaf, level, entry, leaf);

    /// <summary>A walk that found none.</summary>
    public static WalkResult Ended(WalkStatus status, int level, ulong entry) => new(status, level, entry, default);

    /// <summary>One line: the leaf, or why there is none.</summary>
    public override string ToString() => Status switch
    {
        WalkStatus.Leaf => $"leaf {Leaf.Size} at level {Level}: {Leaf.Pfn} {Leaf.Permissions}",
        WalkStatus.NotPresent => $"not present at level {Level} (entry 0x{Entry:x})",
        WalkStatus.BadInput => "input address outside the format",
        WalkStatus.NotBacked => $"table of level {Level} is not backed (entry 0x{Entry:x})",
        _ => $"{Refusal} at level {Level} (entry 0x{Entry:x})",
    };

    private string Refusal => Status switch
    {
        WalkStatus.Reserved => "reserved bit set",
        WalkStatus.Misconfigured => "misconfiguration",
        WalkStatus.UserDenied => "user access refused",
        WalkStatus.NoPermission => "nothing permitted",
        WalkStatus.BadKind => "kind of entry that the level does not have",
        WalkStatus.AccessFlag => "access flag clear",
        WalkStatus.PageFault => "page fault",
        WalkStatus.BadSize => "leaf of a size that the level does not have",
        WalkStatus.BadLevel => "pointer to a level that is not lower",
        WalkStatus.LevelSkipped => "levels skipped although the address has bits for them",
        WalkStatus.Sparse => "sparse",
        WalkStatus.NoSmallPages => "no small pages",
        WalkStatus.MapsNowhere => "mapped to nowhere",
        _ => Status.ToString(),
    };
}
