namespace Fast.PageTables.Tests.Mapping;

/// <summary>Scripts of maps and unmaps against a dictionary of leaves, for every format.</summary>
[TestFixtureSource(typeof(EachFormat))]
public sealed class MapScriptTests<TFormat>
    where TFormat : struct, IRunFormat, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly int Cases = Facts.Levels.Max(level => level.TableBytes) > 16384 ? 12 : 30;
    private readonly Run[] _runs = new Run[256];

    [Test]
    public void A_table_does_what_a_dictionary_of_leaves_does() =>
        Sampling.For(Cases, MapScript.For(Facts, longest: 24), script => Play(script, capacity: 1UL << 30));

    [Test]
    public void An_arena_that_runs_full_changes_no_translation() =>
        Sampling.For(Cases, MapScript.For(Facts, longest: 24), script =>
        {
            foreach (var tables in new[] { 3, 6, 9 }) Play(script, (ulong)(tables + 1) * Math.Max(4096UL, (ulong)Facts.Levels.Max(level => level.TableBytes)));
        });

    private void Play(MapStep[] script, ulong capacity)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = capacity, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var model = new MapModel(Facts);
        foreach (var step in script)
        {
            Take(table, model, step);
            Compare(table, model, step);
        }

        foreach (var start in Bits.Stretches(Facts).Starts)
            table.Unmap(IovaRange.Inclusive(new Iova(start), new Iova(start + (Bits.Stretches(Facts).Bytes - 1))));
        // A root that grew stays.
        Assert.That(arena.BytesInUse, Is.EqualTo((ulong)Facts.Levels[Facts.RootLevel(table.RootWord)].TableBytes), "bytes after everything is unmapped");
        table.Free();
        Assert.That((arena.BytesInUse, arena.TablesInUse), Is.EqualTo((0UL, 0UL)));
    }

    private static void Take(PageTable<TFormat> table, MapModel model, MapStep step)
    {
        if (step.Verb != MapVerb.Map)
        {
            var unmapped = table.TryUnmap(step.Range, keepTables: step.Verb == MapVerb.UnmapKeepingTables);
            Assert.That(unmapped.Status, Is.EqualTo(model.Unmap(step.Range, out var removed)), $"{step}: {unmapped}");
            Assert.That(unmapped.Leaves, Is.EqualTo(removed), $"{step}");
            return;
        }

        var snapshot = table.Invalidation.Take();
        var mapped = table.TryMap(step.Range, new Pfn(step.Output >> 12), step.Permissions, new PageSize(step.LargestShift));
        if (mapped.Status == MapStatus.OutOfTables)
        {
            Assert.That(mapped.Leaves.Total, Is.Zero, $"{step}");
            Assert.That(step.Range.Contains(mapped.At), Is.True, $"{step}: {mapped}");
            return;
        }

        var status = model.Map(step.Range, new Pfn(step.Output >> 12), step.Permissions, step.LargestShift, out var written);
        // A range that is partly mapped may find the arena full first, but never the other way round.
        Assert.That(mapped.Status, Is.EqualTo(status), $"{step}: {mapped}");
        Assert.That(mapped.Leaves, Is.EqualTo(written), $"{step}");
        if (status == MapStatus.AlreadyMapped) Assert.That(step.Range.Contains(mapped.At), Is.True, $"{step}: {mapped}");
        if (status is MapStatus.Misaligned or MapStatus.BadInput or MapStatus.BadOutput or MapStatus.BadPermissions)
            Assert.That(table.Invalidation.Holds(snapshot), Is.True, "what was refused at the door invalidates nothing");
    }

    private void Compare(PageTable<TFormat> table, MapModel model, MapStep step)
    {
        var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(~0UL)));
        var runs = new List<Run>();
        while (!cursor.IsAtEnd) runs.AddRange(_runs.AsSpan(0, table.ReadRuns(ref cursor, _runs)));
        Assert.That(runs, Is.EqualTo(model.Runs()), $"after {step}");
        foreach (var byLevel in model.Leaves.GroupBy(leaf => leaf.Level))
            Assert.That(cursor.LeavesRead[byLevel.Key], Is.EqualTo(byLevel.Aggregate(0UL, (sum, leaf) => sum + leaf.Items(Facts))), $"after {step}");
        foreach (var at in new[] { step.Input - 1, step.Input, step.Input + (step.Bytes / 2), step.Input + (step.Bytes - 1), step.Input + step.Bytes })
        {
            var leaf = model.Find(at);
            Assert.That(table.Follow(new Iova(at), out var found), Is.EqualTo(leaf != null), $"0x{at:x} after {step}");
            if (leaf is { } there)
                Assert.That(found, Is.EqualTo(new Leaf(new Pfn((there.Output + (at - there.Input)) >> 12), new PageSize(there.Shift), there.Permissions)), $"0x{at:x} after {step}");
        }
    }
}
