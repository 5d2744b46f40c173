namespace Fast.PageTables;

/// <summary>A walk through two stages. Implemented by emitted code: see <see cref="TwoStageAttribute"/>.</summary>
/// <remarks>
/// A guest decides which of its pages hold its tables. So host memory must check what it is asked for, as <see cref="SpanMemory"/> and <see cref="SegmentedMemory"/> do,
/// unless everything that stage 2 maps lies in the arena that <see cref="ArenaMemory"/> serves.
/// </remarks>
/// <typeparam name="TFirst">The format of stage 1: what a guest or a nested device translates by.</typeparam>
/// <typeparam name="TSecond">The format of stage 2: what the host gives the guest.</typeparam>
public interface ITwoStageWalk<TFirst, TSecond>
    where TFirst : struct
    where TSecond : struct
{
    /// <summary>
    /// Walks to the leaf of <paramref name="input"/> and tells in full where it ended. It trusts neither stage: reserved bits, kinds and sizes are looked
    /// at, each entry is read once, and the walk is bounded by the levels of both.
    /// </summary>
    /// <param name="memory">Host memory: the tables of stage 2, and behind it those of stage 1.</param>
    /// <param name="firstRoot">Root word of stage 1: a guest-physical address, as a guest's root register holds it, without its other fields.</param>
    /// <param name="secondRoot">Root word of stage 2: a host-physical address.</param>
    /// <param name="input">Input address of stage 1.</param>
    static abstract TwoStageResult Walk<TMemory>(in TMemory memory, ulong firstRoot, ulong secondRoot, Iova input)
        where TMemory : ITableMemory, allows ref struct;

    /// <summary>
    /// Looks up the leaf of <paramref name="input"/> through both stages. Trusts the tables of both: no reserved-bit check. Finds what
    /// <see cref="Walk"/> finds on tables without such errors.
    /// </summary>
    /// <returns><see langword="false"/> when either stage has no translation, or stage 2 does not let a stage-1 table be read.</returns>
    static abstract bool TryFollow<TMemory>(in TMemory memory, ulong firstRoot, ulong secondRoot, Iova input, out Leaf leaf)
        where TMemory : ITableMemory, allows ref struct;
}
