namespace Fast.PageTables.Testing;

/// <summary>The changes that a format may have beside map and unmap; what it does not have is <see langword="null"/>.</summary>
internal static class ChangeOperations<TFormat>
    where TFormat : struct, IMapFormat
{
    public static readonly Protection? Protect = Operation.Of<TFormat, Protection>(typeof(PageTableProtection), nameof(PageTableProtection.TryProtect));
    public static readonly Splitting? Split = Operation.Of<TFormat, Splitting>(typeof(PageTableShapes), nameof(PageTableShapes.TrySplit));
    public static readonly Collapsing? Collapse = Operation.Of<TFormat, Collapsing>(typeof(PageTableShapes), nameof(PageTableShapes.TryCollapse));
    public static readonly Harvesting? Dirty = Operation.Of<TFormat, Harvesting>(typeof(PageTableHarvests), nameof(PageTableHarvests.HarvestDirty));
    public static readonly Harvesting? Accessed = Operation.Of<TFormat, Harvesting>(typeof(PageTableHarvests), nameof(PageTableHarvests.HarvestAccessed));
    public static readonly Reading? ReadRuns = Operation.Of<TFormat, Reading>(typeof(PageTableRuns), nameof(PageTableRuns.ReadRuns));

    public delegate MapReport Protection(PageTable<TFormat> table, IovaRange range, Permissions permissions);

    public delegate ReshapeReport Splitting(PageTable<TFormat> table, Iova at);

    public delegate ReshapeReport Collapsing(PageTable<TFormat> table, Iova at, PageSize size, Action? flush);

    public delegate int Harvesting(PageTable<TFormat> table, ref RunCursor cursor, Span<IovaRange> ranges, bool clear);

    public delegate int Reading(PageTable<TFormat> table, ref RunCursor cursor, Span<Run> runs);

    /// <summary>The verbs of a script that the format has, each as often as it is to come.</summary>
    public static IReadOnlyList<(int Weight, ChangeVerb Verb)> Verbs { get; } =
    [
        (5, ChangeVerb.Map), (1, ChangeVerb.Unmap),
        .. Protect == null ? Array.Empty<(int, ChangeVerb)>() : [(3, ChangeVerb.Protect)],
        .. Split == null ? Array.Empty<(int, ChangeVerb)>() : [(4, ChangeVerb.Split), (5, ChangeVerb.Collapse)],
        .. Dirty == null && Accessed == null ? Array.Empty<(int, ChangeVerb)>() : [(2, ChangeVerb.Read), (3, ChangeVerb.Write)],
        .. Dirty == null ? Array.Empty<(int, ChangeVerb)>() : [(1, ChangeVerb.HarvestDirty), (3, ChangeVerb.ClearDirty)],
        .. Accessed == null ? Array.Empty<(int, ChangeVerb)>() : [(1, ChangeVerb.HarvestAccessed), (2, ChangeVerb.ClearAccessed)],
    ];
}
