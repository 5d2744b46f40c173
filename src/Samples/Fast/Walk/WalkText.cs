using Fast.Host;

namespace Fast.Tool.Walk;

/// <summary>A walk for people.</summary>
internal static class WalkText
{
    /// <summary>Writes it.</summary>
    public static void Write(WalkDocument document, MemoryImage image, CliStreams streams)
    {
        var page = new Page(streams);
        var kind = image.IsElf ? "ELF core" : "raw memory";
        page.Strong($"{document.Image.Path}: {kind}, {Numbers.Bytes(document.Image.MemoryBytes)} at {TableRoot.SegmentsText(image)}");
        page.Line($"{document.Request.Format} tables from {document.Request.Root}{(document.Request.Cpu is { } cpu ? $" (CR3 of processor {cpu} of {document.Image.Cpus})" : "")}; {Numbers.Count((long)document.TablesRead, "table")} read.");
        page.Line($"{Numbers.Bytes(document.Pages << 12)} mapped in {Numbers.Count((long)document.AreaCount, "area")} and {Numbers.Count((long)document.RunCount, "run")}; leaves {Leaves.Text(document.Leaves)}; digest {document.Digest ?? "none: the walk is not complete"}.");
        if (!document.Areas.IsEmpty)
        {
            page.Heading(document.Areas.Length == (int)document.AreaCount ? "Areas" : $"The first {Numbers.Count(document.Areas.Length)} of {Numbers.Count((long)document.AreaCount)} areas (--areas N shows more)");
            page.Rows(
                ["addresses", "permissions", "size", "runs", "leaves"],
                document.Areas.Select(area => (IReadOnlyList<string>)[$"{area.Start}-{area.Last}", PermissionWords.Text(area.Permissions), Numbers.Bytes(area.Bytes), Numbers.Count((long)area.RunCount), Leaves.Text(area.Leaves)]),
                textColumns: 2, leastWidth: Page.AddressCharacters);
        }

        if (!document.Runs.IsEmpty)
        {
            page.Heading($"The first {Numbers.Count(document.Runs.Length, "run")}");
            page.Rows(
                ["from", "permissions", "to pfn", "pages"],
                document.Runs.Select(run => (IReadOnlyList<string>)[run.Start, PermissionWords.Text(run.Permissions), run.Pfn, Numbers.Count((long)run.Pages)]),
                textColumns: 2, leastWidth: Page.AddressCharacters);
        }

        if (document.Validation is { } validation)
        {
            page.Heading("Validation");
            page.Line(validation.ProblemCount == 0 ? $"Every present entry of {Numbers.Count(validation.Tables, "table")} is right." : $"{Numbers.Count(validation.ProblemCount, "entry", "entries")} of {Numbers.Count(validation.Tables, "table")} would be refused:");
            foreach (var problem in validation.First) page.Line($"  {problem}");
            if (!validation.Complete) page.Line($"Only {Numbers.Count(validation.Tables, "table")} were checked.");
        }

        if (document.Notes.IsEmpty) return;
        page.Line();
        foreach (var note in document.Notes) page.Line($"Note: {note}.");
    }
}
