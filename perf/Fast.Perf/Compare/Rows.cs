using Fast.PageTables;
using Fast.Perf.Layouts;

namespace Fast.Perf.Compare;

/// <summary>The rows of <c>compare</c>: name first, so that a filter builds only what it asks for.</summary>
public static class Rows
{
    private static readonly Placement InOrder = new();
    private static readonly Placement Scattered = new(true, true);
    private static readonly Placement SmallPages = new(false, false);
    private static readonly Placement ScatteredSmallPages = new(true, false);

    /// <summary>All rows over <paramref name="bytes"/> of input addresses.</summary>
    public static IEnumerable<(string Name, Func<RowScope, Row> Build)> All(ulong bytes) =>
    [
        ("pin 4K contiguous", scope => PinRows.Runs<X64L4>(scope, Layout.Contiguous4K, bytes, InOrder, 1.5, follow: true)),
        ("pin 4K, every 8th page a new run", scope => PinRows.Runs<X64L4>(scope, Layout.EveryEighth4K, bytes, InOrder, 3.0, follow: true)),
        ("pin 4K contiguous, tables scattered", scope => PinRows.Runs<X64L4>(scope, Layout.Contiguous4K, bytes, Scattered, 1.5)),
        ("pin 4K, every 8th page a new run, tables scattered", scope => PinRows.Runs<X64L4>(scope, Layout.EveryEighth4K, bytes, Scattered, 3.0)),
        ("pin 4K contiguous, arena of 4K pages", scope => PinRows.Runs<X64L4>(scope, Layout.Contiguous4K, bytes, SmallPages, 1.5)),
        ("pin 4K, every 8th page a new run, arena of 4K pages", scope => PinRows.Runs<X64L4>(scope, Layout.EveryEighth4K, bytes, SmallPages, 3.0)),
        ("pin 4K contiguous, tables scattered, arena of 4K pages", scope => PinRows.Runs<X64L4>(scope, Layout.Contiguous4K, bytes, ScatteredSmallPages, 1.5)),
        ("range read 4K, one buffer for all runs", scope => PinRows.ReadAll(scope, bytes)),
        ("pin 2M leaves", scope => PinRows.Large(scope, Layout.Contiguous2M, bytes)),
        ("pin 1G leaves", scope => PinRows.Large(scope, Layout.Contiguous1G, bytes)),
        ("pin 4K contiguous into VT-d", scope => PinRows.Into(scope, bytes)),
        ("range map 4K", scope => MapRows.Map<X64L4>(scope, PageSize.Size4K, bytes, InOrder)),
        ("range map 4K, tables scattered", scope => MapRows.Map<X64L4>(scope, PageSize.Size4K, bytes, Scattered)),
        ("range map 2M", scope => MapRows.MapLarge(scope, bytes)),
        ("unmap 4K, leaves counted and dirty bits returned", scope => MapRows.UnmapCounted<X64L4>(scope, bytes, InOrder)),
        ("unmap 4K, counted and dirty, tables scattered", scope => MapRows.UnmapCounted<X64L4>(scope, bytes, Scattered)),
        ("unmap 4K, leaves not wanted", scope => MapRows.Discard(scope, bytes)),
        ("harvest dirty", scope => MapRows.Harvest(scope, bytes)),
        ("translate in order", scope => TranslateRows.InOrder(scope, Layout.Contiguous4K, bytes)),
        ("translate in order, every 8th page a new run", scope => TranslateRows.InOrder(scope, Layout.EveryEighth4K, bytes)),
        ("translate in order, each page a run of its own", scope => TranslateRows.InOrder(scope, Layout.EachPage4K, bytes)),
        ("translate in order, 2M leaves", scope => TranslateRows.InOrder(scope, Layout.Contiguous2M, bytes)),
        ("translate at random", scope => TranslateRows.AtRandom(scope, bytes)),
        ("generated: walk", scope => GenerationRows.Follow(scope, bytes)),
        ("generated: walk, each page with rights of its own", scope => GenerationRows.Follow(scope, bytes, ownRights: true)),
        ("generated: translate", scope => GenerationRows.Translate(scope, bytes)),
        ("generated: 1G leaves", scope => GenerationRows.LargeLeaves(scope, bytes)),
        .. Format<X64L5>("x86-64 5 levels", bytes),
        .. Format<VtdSs4>("VT-d", bytes),
        .. Format<AmdV1>("AMD v1", bytes),
        .. Format<Armv8S1G4K>("ARMv8 4K", bytes),
        ("threads: 14 BARs into one table", scope => ThreadRows.Map(scope, oneTable: true)),
        ("threads: 14 BARs into 14 tables of one arena", scope => ThreadRows.Map(scope, oneTable: false)),
        ("threads: a reader beside a writer", ThreadRows.ReadBesideWriter),
        ("why every 8th page has two speeds: a neighbour that reads memory", scope => NeighbourRows.EveryEighth(scope, bytes)),
    ];

    private static IEnumerable<(string Name, Func<RowScope, Row> Build)> Format<TFormat>(string name, ulong bytes)
        where TFormat : struct, IRunFormat, IDirtyFormat =>
    [
        ($"{name}: pin 4K contiguous", scope => PinRows.Runs<TFormat>(scope, Layout.Contiguous4K, bytes, InOrder, 1.5)),
        ($"{name}: pin 4K, every 8th page a new run", scope => PinRows.Runs<TFormat>(scope, Layout.EveryEighth4K, bytes, InOrder, 3.0)),
        ($"{name}: range map 4K", scope => MapRows.Map<TFormat>(scope, PageSize.Size4K, bytes, InOrder)),
        ($"{name}: unmap 4K, counted and dirty", scope => MapRows.UnmapCounted<TFormat>(scope, bytes, InOrder)),
    ];
}
