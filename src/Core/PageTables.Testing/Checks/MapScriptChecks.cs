namespace Fast.PageTables.Testing;

/// <summary>Scripts of maps and unmaps against a dictionary of leaves, for every format.</summary>
internal sealed class MapScriptChecks<TFormat> : IFormatChecks
    where TFormat : struct, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly int Cases = Facts.Levels.Max(level => level.TableBytes) > 16384 ? 9 : 21;

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("A table does what a dictionary of leaves does", A_table_does_what_a_dictionary_of_leaves_does),
        ("An arena that runs full changes no translation", An_arena_that_runs_full_changes_no_translation),
    ];

    private static void A_table_does_what_a_dictionary_of_leaves_does() =>
        Sampling.ForScripts(Cases, MapScript.For(Facts, longest: 24), script => Play(script, capacity: 1UL << 30));

    private static void An_arena_that_runs_full_changes_no_translation() =>
        Sampling.ForScripts(Cases / 3, MapScript.For(Facts, longest: 24), script =>
        {
            for (var tables = 3; tables <= 9; tables += 3) Play(script, (ulong)(tables + 1) * Math.Max(4096UL, (ulong)Facts.Levels.Max(level => level.TableBytes)));
        });

    private static void Play(MapStep[] script, ulong capacity)
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
        Expect.Equal(arena.BytesInUse, (ulong)Facts.Levels[Facts.RootLevel(table.RootWord)].TableBytes, "bytes after everything is unmapped");
        table.Free();
        Expect.Equal((arena.BytesInUse, arena.TablesInUse), (0UL, 0UL), "bytes and tables after the table is freed");
    }

    private static void Take(PageTable<TFormat> table, MapModel model, MapStep step)
    {
        if (step.Verb != MapVerb.Map)
        {
            var unmapped = table.TryUnmap(step.Range, keepTables: step.Verb == MapVerb.UnmapKeepingTables);
            Expect.Equal(unmapped.Status, model.Unmap(step.Range, out var removed), $"{step}: {unmapped}");
            Expect.Equal(unmapped.Leaves, removed, $"{step}");
            return;
        }

        var snapshot = table.Invalidation.Take();
        var mapped = table.TryMap(step.Range, new Pfn(step.Output >> 12), step.Permissions, new PageSize(step.LargestShift));
        if (mapped.Status == MapStatus.OutOfTables)
        {
            Expect.Equal(mapped.Leaves.Total, 0UL, $"{step}");
            Expect.That(step.Range.Contains(mapped.At), $"{step}: {mapped}");
            return;
        }

        var status = model.Map(step.Range, new Pfn(step.Output >> 12), step.Permissions, step.LargestShift, out var written);
        // A range that is partly mapped may find the arena full first, but never the other way round.
        Expect.Equal(mapped.Status, status, $"{step}: {mapped}");
        Expect.Equal(mapped.Leaves, written, $"{step}");
        if (status == MapStatus.AlreadyMapped) Expect.That(step.Range.Contains(mapped.At), $"{step}: {mapped}");
        if (status is MapStatus.Misaligned or MapStatus.BadInput or MapStatus.BadOutput or MapStatus.BadPermissions)
            Expect.That(table.Invalidation.Holds(snapshot), "what was refused at the door invalidates nothing");
    }

    private static void Compare(PageTable<TFormat> table, MapModel model, MapStep step)
    {
        if (ChangeOperations<TFormat>.ReadRuns is { } read)
        {
            var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(~0UL)));
            var (runs, buffer) = (new List<Run>(), new Run[256]);
            while (!cursor.IsAtEnd) runs.AddRange(buffer.AsSpan(0, read(table, ref cursor, buffer)));
            Expect.Sequence(runs, model.Runs(), $"after {step}");
            foreach (var byLevel in model.Leaves.GroupBy(leaf => leaf.Level))
                Expect.Equal(cursor.LeavesRead[byLevel.Key], byLevel.Aggregate(0UL, (sum, leaf) => sum + leaf.Items(Facts)), $"after {step}");
        }

        foreach (var at in new[] { step.Input - 1, step.Input, step.Input + (step.Bytes / 2), step.Input + (step.Bytes - 1), step.Input + step.Bytes })
        {
            var leaf = model.Find(at);
            Expect.Equal(table.Follow(new Iova(at), out var found), leaf != null, $"0x{at:x} after {step}");
            if (leaf is { } there)
                Expect.Equal(found, new Leaf(new Pfn((there.Output + (at - there.Input)) >> 12), new PageSize(there.Shift), there.Permissions), $"0x{at:x} after {step}");
        }
    }
}
