namespace Fast.PageTables;

/// <summary>
/// A walk through two stages, told in full: which stage ended it, on what, and why. Stage 1 translates the input address (guest-virtual, or an
/// IOVA of a nested device) to a guest-physical one; stage 2 translates that, and the address of every stage-1 item on the way, to host-physical.
/// </summary>
public readonly record struct TwoStageResult
{
    private TwoStageResult(WalkStatus status, int stage, bool onTable, int level, ulong entry, PhysicalAddress guestPhysical, Leaf leaf) =>
        (Status, Stage, OnTable, Level, Entry, GuestPhysical, Leaf) = (status, stage, onTable, level, entry, guestPhysical, leaf);

    /// <summary>Where the walk ended, in the words of the stage that ended it.</summary>
    public WalkStatus Status { get; }

    /// <summary>The stage that ended it: 1 or 2. A translation ends in stage 2.</summary>
    public int Stage { get; }

    /// <summary>
    /// Whether it ended at an item of a stage-1 table that could not be read: stage 2 does not translate its address, does not let it be read, or
    /// yields memory that is not backed. Hardware tells such faults from those on the final address (EPT violation: bit 8 of the exit
    /// qualification clear; Arm: S1PTW; RISC-V: an implicit access).
    /// </summary>
    public bool OnTable { get; }

    /// <summary>Level of the entry at which it ended, in the format of <see cref="Stage"/>; as <see cref="WalkResult.Level"/> tells it.</summary>
    public int Level { get; }

    /// <summary>That entry, as it was read.</summary>
    public ulong Entry { get; }

    /// <summary>
    /// Guest-physical address, in bytes, that stage 2 was asked for last: of the item when <see cref="OnTable"/>, otherwise of the exact byte of
    /// the input. <see cref="PhysicalAddress.None"/> when stage 1 itself ended the walk.
    /// </summary>
    public PhysicalAddress GuestPhysical { get; }

    /// <summary>
    /// Both translations as one: host frame of the exact page, the smaller of the two leaf sizes, and what both stages allow. A right that only one
    /// format can tell is that format's. Meaningful only when <see cref="IsLeaf"/>.
    /// </summary>
    public Leaf Leaf { get; }

    /// <summary>Whether there is a translation.</summary>
    public bool IsLeaf => Status == WalkStatus.Leaf;

    /// <summary>A walk that found a translation.</summary>
    /// <param name="second">The walk of stage 2 that ended it.</param>
    /// <param name="guestPhysical">What stage 1 translated to.</param>
    /// <param name="leaf">Both translations as one.</param>
    public static TwoStageResult AtLeaf(in WalkResult second, PhysicalAddress guestPhysical, Leaf leaf) =>
        new(WalkStatus.Leaf, 2, false, second.Level, second.Entry, guestPhysical, leaf);

    /// <summary>A walk that stage 1 ended by what its tables say.</summary>
    public static TwoStageResult EndedByFirst(in WalkResult first) => new(first.Status, 1, false, first.Level, first.Entry, PhysicalAddress.None, default);

    /// <summary>A walk that stage 2 ended.</summary>
    /// <param name="second">Its walk.</param>
    /// <param name="guestPhysical">The address that it was asked for.</param>
    /// <param name="onTable">Whether that is the address of an item of stage 1.</param>
    public static TwoStageResult EndedBySecond(in WalkResult second, PhysicalAddress guestPhysical, bool onTable) =>
        new(second.IsLeaf ? WalkStatus.NoPermission : second.Status, 2, onTable, second.Level, second.Entry, guestPhysical, default);

    /// <summary>A walk that ended because the memory behind an item of stage 1, which stage 2 does translate, is not backed.</summary>
    /// <param name="first">The walk of stage 1, ended with <see cref="WalkStatus.NotBacked"/>.</param>
    /// <param name="guestPhysical">Address of the item.</param>
    public static TwoStageResult EndedUnbacked(in WalkResult first, PhysicalAddress guestPhysical) =>
        new(WalkStatus.NotBacked, 1, true, first.Level, first.Entry, guestPhysical, default);

    /// <summary>One line: the leaf, or which stage has none and why.</summary>
    public override string ToString() => Status switch
    {
        WalkStatus.Leaf => $"leaf {Leaf.Size}: guest-physical {GuestPhysical}, {Leaf.Pfn} {Leaf.Permissions}",
        _ when Stage == 2 && OnTable => $"stage 2, reading a stage-1 item at {GuestPhysical}: {Status} at level {Level} (entry 0x{Entry:x})",
        _ when OnTable => $"stage 1: the item at {GuestPhysical} is not backed (entry above: 0x{Entry:x})",
        _ when Stage == 2 => $"stage 2 at {GuestPhysical}: {Status} at level {Level} (entry 0x{Entry:x})",
        _ => $"stage 1: {Status} at level {Level} (entry 0x{Entry:x})",
    };
}
