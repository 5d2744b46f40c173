using System.Collections.Immutable;
using System.CommandLine;
using Fast.Host;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Tool.Walk;

/// <summary>One walk of an image's tables, and what it found.</summary>
internal sealed class WalkRun
{
    // A scan that goes on descends from the root again: often, where every page is a run of its own.
    private const int BufferRuns = 1 << 14;
    private const int ProblemsShown = 10;
    private const int MostTablesValidated = 1 << 20;

    private WalkRun()
    {
    }

    public required TableRoot Root { get; init; }

    public required IovaRange Range { get; init; }

    public required TableBudget Budget { get; init; }

    public required AreaCollector Areas { get; init; }

    public required ImmutableArray<LeafSizeCounts> AreaLeaves { get; init; }

    public required LeafSizeCounts Leaves { get; init; }

    public required ImmutableArray<PageTables.Run> Runs { get; init; }

    public required MappingDigest Digest { get; init; }

    public required TableReport? Validation { get; init; }

    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Whether everything was read.</summary>
    public bool IsComplete => !Budget.IsExceeded;

    /// <summary>Walks.</summary>
    public static WalkRun Of(MemoryImage image, TableRoot root, WalkOptions options, ParseResult parse, ProgressLine progress, CancellationToken cancellation)
    {
        var (walker, memory) = (root.Walker, image.Memory);
        var range = parse.GetValue(options.Va) ?? walker.WholeRange;
        var most = parse.GetValue(options.Budget) ?? WalkOptions.DefaultBudget;
        var (areas, runs, hash) = (new AreaCollector(options.MostAreas(parse)), new RunList(parse.GetValue(options.Runs) ?? 0), new MappingHash());

        var budget = new TableBudget(most);
        walker.ReadRuns(memory, root.Word, range, ref budget, new PageTables.Run[BufferRuns], new Sink(areas, runs, hash, progress), cancellation);

        // Again for the sizes of leaves, which runs do not tell; of what is listed only, and all at once where that is not everything.
        var sizes = new TableBudget(most);
        var all = default(LeafSizeCounts);
        var ofAreas = ImmutableArray.CreateBuilder<LeafSizeCounts>(areas.Kept.Length);
        foreach (ref readonly var area in areas.Kept)
        {
            cancellation.ThrowIfCancellationRequested();
            var leaves = walker.CountLeafSizes(memory, root.Word, area.Range, ref sizes);
            ofAreas.Add(leaves);
            all.Add(leaves);
        }

        if ((ulong)areas.Kept.Length < areas.Count)
        {
            sizes = new TableBudget(most);
            all = walker.CountLeafSizes(memory, root.Word, range, ref sizes);
        }

        return new WalkRun
        {
            Root = root,
            Range = range,
            Budget = budget,
            Areas = areas,
            AreaLeaves = ofAreas.ToImmutable(),
            Leaves = all,
            Runs = [.. runs.Kept],
            Digest = hash.Digest,
            Validation = parse.GetValue(options.Validate) ? TableValidator.Validate(walker.Facts, memory, root.Word, (int)Math.Min(most, MostTablesValidated), ProblemsShown) : null,
            Notes = [.. image.Notes, .. root.Notes, .. NotesOf(image, root, areas, budget, sizes)],
        };
    }

    private static IEnumerable<string> NotesOf(MemoryImage image, TableRoot root, AreaCollector areas, TableBudget budget, TableBudget sizes)
    {
        var first = TableValidator.Validate(root.Walker.Facts, image.Memory, root.Word, budget: 1, firstProblems: 1);
        if (first.ProblemCount != 0) yield return $"the root table has {Numbers.Count(first.ProblemCount, "entry that a processor would refuse or that leads", "entries that a processor would refuse or that lead")} out of the image: is the root right? The first: {first.Problems[0]}";
        if (budget.NotBacked != 0) yield return $"{Numbers.Count((long)budget.NotBacked, "table is", "tables are")} not in the image: what they map is missing here";
        if (budget.IsExceeded) yield return $"stopped after {Numbers.Count((long)budget.Most, "table")}: tables point to themselves or are shared in many places; --va narrows the walk, --budget lets it go on";
        else if (sizes.IsExceeded) yield return "the sizes of leaves are not all counted: --budget lets the walk go on";
        if (areas.Count == 0) yield return "nothing is mapped there";
    }

    private sealed class Sink(AreaCollector areas, RunList list, MappingHash hash, ProgressLine progress) : IRunSink
    {
        public void Take(ReadOnlySpan<PageTables.Run> runs)
        {
            areas.Take(runs);
            list.Take(runs);
            hash.Append(runs);
            if (progress.IsDue) progress.Show($"walking: {Numbers.Count((long)areas.Runs, "run")}");
        }
    }
}
