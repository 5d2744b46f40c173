namespace Fast.PageTables;

/// <summary>How a <see cref="TableArena"/> gets its memory.</summary>
public sealed record TableArenaOptions
{
    /// <summary>Most bytes that the arena will ever hold. Only address space is taken at first; memory is taken when tables are.</summary>
    public ulong CapacityBytes { get; init; } = 4UL << 30;

    /// <summary>Whether to ask the operating system for huge pages. Scans over many tables run about 1.5 times faster with them.</summary>
    public bool HugePages { get; init; } = true;

    /// <summary>The physical address that the first byte of the arena pretends to have: what entries that point to tables contain.</summary>
    public ulong PhysicalBase { get; init; }

    /// <summary>
    /// Whether a freed table is filled with <see cref="TableArena.FreedItem"/> as soon as no reader may see it any more, so that whoever reads it all the same is
    /// noticed. For tests: it costs a write of every table that is freed.
    /// </summary>
    public bool PoisonFreed { get; init; }
}
