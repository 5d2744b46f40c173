using System.Collections.Immutable;
using Fast.Host;
using Fast.PageTables;

namespace Fast.Tool.Walk;

/// <summary>What <c>fast walk --json</c> prints. Addresses and frame numbers are hexadecimal strings, for readers whose numbers have 53 bits.</summary>
internal sealed record WalkDocument(
    string Schema,
    ImageView Image,
    WalkRequestView Request,
    bool Complete,
    ulong TablesRead,
    ulong TablesNotInImage,
    ulong Pages,
    ulong RunCount,
    IReadOnlyDictionary<string, long> Leaves,
    string? Digest,
    ulong AreaCount,
    ImmutableArray<AreaView> Areas,
    ImmutableArray<MappedRunView> Runs,
    ValidationView? Validation,
    ImmutableArray<string> Notes)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.walk/1";

    /// <summary>A document of <paramref name="run"/>.</summary>
    public static WalkDocument Of(string path, MemoryImage image, WalkRun run)
    {
        var areas = ImmutableArray.CreateBuilder<AreaView>();
        foreach (ref readonly var area in run.Areas.Kept) areas.Add(AreaView.Of(area, run.AreaLeaves[areas.Count]));
        return new WalkDocument(
            SchemaId,
            ImageView.Of(path, image),
            new WalkRequestView(run.Root.Walker.Facts.Name, Numbers.Hex(run.Root.Address), run.Root.Cpu, Numbers.Hex(run.Range.Start.Value), Numbers.Hex(run.Range.Last.Value), run.Budget.Most),
            run.IsComplete,
            run.Budget.Read,
            run.Budget.NotBacked,
            run.Areas.Pages,
            run.Areas.Runs,
            Tool.Leaves.BySize(run.Leaves),
            // The digest of a part says nothing about the whole.
            run.IsComplete ? run.Digest.ToString() : null,
            run.Areas.Count,
            areas.ToImmutable(),
            [.. run.Runs.Select(MappedRunView.Of)],
            run.Validation is { } report ? ValidationView.Of(report) : null,
            run.Notes);
    }
}

/// <summary>The image. Segments of physical memory, in the order of their addresses.</summary>
internal sealed record ImageView(string Path, string Kind, long FileBytes, ulong MemoryBytes, ImmutableArray<SegmentView> Segments, int Cpus)
{
    /// <summary>A view of <paramref name="image"/>.</summary>
    public static ImageView Of(string path, MemoryImage image) => new(
        path, image.IsElf ? "elf" : "raw", image.FileBytes, image.MemoryBytes,
        [.. image.Segments.Select(segment => new SegmentView(Numbers.Hex(segment.Start), segment.Bytes))], image.Cpus.Length);
}

/// <summary>A stretch of physical memory.</summary>
internal sealed record SegmentView(string Start, ulong Bytes);

/// <summary>What was walked; the processor whose register named the root, if it was one.</summary>
internal sealed record WalkRequestView(string Format, string Root, int? Cpu, string Start, string Last, ulong Budget);

/// <summary>A stretch without a hole and with the same permissions.</summary>
internal sealed record AreaView(string Start, string Last, ulong Bytes, ImmutableArray<string> Permissions, IReadOnlyDictionary<string, long> Leaves, ulong RunCount)
{
    /// <summary>A view of <paramref name="area"/>.</summary>
    public static AreaView Of(in ImageArea area, LeafSizeCounts leaves) => new(
        Numbers.Hex(area.Start.Value), Numbers.Hex(area.Last.Value), area.Pages << Pfn.Shift, PermissionWords.Of(area.Permissions), Tool.Leaves.BySize(leaves), area.Runs);
}

/// <summary>A stretch that is contiguous in both addresses.</summary>
internal sealed record MappedRunView(string Start, string Pfn, ulong Pages, ImmutableArray<string> Permissions)
{
    /// <summary>A view of <paramref name="run"/>.</summary>
    public static MappedRunView Of(PageTables.Run run) => new(Numbers.Hex(run.Start.Value), Numbers.Hex(run.Pfn.Value), run.Pages, PermissionWords.Of(run.Permissions));
}

/// <summary>Entries that hardware refuses.</summary>
internal sealed record ValidationView(int Tables, bool Complete, long ProblemCount, ImmutableArray<string> First)
{
    /// <summary>A view of <paramref name="report"/>.</summary>
    public static ValidationView Of(TableReport report) => new(report.Tables, report.IsComplete, report.ProblemCount, [.. report.Problems.Select(problem => problem.ToString())]);
}
