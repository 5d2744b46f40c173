namespace Fast.PageTables.Testing;

/// <summary>Scripts of every change that the format has, with hardware noting use between the steps, against a dictionary of leaves.</summary>
internal sealed class ChangeScriptChecks<TFormat> : IFormatChecks
    where TFormat : struct, IMapFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly int Cases = Facts.Levels[0].Bits > 9 ? 12 : 60;

    public IEnumerable<(string Name, Action Test)> All =>
    [
        ("Changes do what a dictionary of leaves does", Changes_do_what_a_dictionary_of_leaves_does),
    ];

    private static void Changes_do_what_a_dictionary_of_leaves_does()
    {
        var shifts = new LeafModel(Facts, Encode).Shifts;
        var expressible = Enumerable.Range(0, 32).Select(bits => (Permissions)bits).Where(permissions => Encode(new PageSize(shifts[0]), permissions) != null).ToArray();
        Sampling.ForScripts(Cases, ChangeScript.For(Facts, ChangeOperations<TFormat>.Verbs, shifts, expressible, longest: 30), Play);
    }

    private static ulong? Encode(PageSize size, Permissions permissions) =>
        TFormat.TryEncodeLeaf(size, new PhysicalAddress(0), permissions, out var raw) ? raw : null;

    private static void Play(ChangeStep[] script)
    {
        using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1UL << 32, HugePages = false });
        var table = new PageTable<TFormat>(arena);
        var model = new LeafModel(Facts, Encode);
        for (var i = 0; i < script.Length; i++)
        {
            Take(table, model, script[i]);
            Compare(table, model, $"after step {i}: {script[i]}");
        }

        table.Free();
        Expect.Equal((arena.BytesInUse, arena.TablesInUse), (0UL, 0UL), "bytes and tables after the table is freed");
    }

    private static void Take(PageTable<TFormat> table, LeafModel model, ChangeStep step)
    {
        var label = step.ToString();
        switch (step.Verb)
        {
            case ChangeVerb.Map:
                var output = (step.Input & ((1UL << (Math.Min(Facts.OutputBits, Facts.InputBits) - 2)) - 1)) + step.Skew;
                var mapped = table.TryMap(step.Range, new Pfn(output >> Pfn.Shift), step.Permissions);
                Expect.Equal(mapped.Status, model.Map(step.Range, output, step.Permissions), label);
                break;
            case ChangeVerb.Unmap:
                var unmapped = table.TryUnmap(step.Range, keepTables: step.Room == 1);
                Expect.Equal(unmapped.Status, model.Unmap(step.Range, out var removed), label);
                Expect.Equal(unmapped.Leaves, removed, label);
                break;
            case ChangeVerb.Protect:
                var protection = ChangeOperations<TFormat>.Protect!(table, step.Range, step.Permissions);
                Expect.Equal(protection.Status, model.Protect(step.Range, step.Permissions, out var changed), label);
                Expect.Equal(protection.Leaves, changed, label);
                break;
            case ChangeVerb.Split:
                Expect.Equal(ChangeOperations<TFormat>.Split!(table, new Iova(step.Input)).Status, model.Split(step.Input), label);
                break;
            case ChangeVerb.Collapse:
                var collapsed = ChangeOperations<TFormat>.Collapse!(table, new Iova(step.Input), new PageSize(step.Shift), null).Status;
                var possible = model.Collapse(step.Input, step.Shift);
                Expect.That(possible.Contains(collapsed), $"{label}: {collapsed}, expected {string.Join(" or ", possible)}");
                break;
            case ChangeVerb.Read or ChangeVerb.Write:
                model.Touch(step.Input, Hardware.Touch(Facts, table.Arena, table.RootWord, step.Input, write: step.Verb == ChangeVerb.Write));
                break;
            default:
                Harvest(table, model, step);
                break;
        }
    }

    private static void Harvest(PageTable<TFormat> table, LeafModel model, ChangeStep step)
    {
        var dirty = step.Verb is ChangeVerb.HarvestDirty or ChangeVerb.ClearDirty;
        var clear = step.Verb is ChangeVerb.ClearDirty or ChangeVerb.ClearAccessed;
        var cursor = new RunCursor(step.Range);
        var (found, room) = (new List<IovaRange>(), new IovaRange[step.Room]);
        var harvest = dirty ? ChangeOperations<TFormat>.Dirty! : ChangeOperations<TFormat>.Accessed!;
        while (!cursor.IsAtEnd) found.AddRange(room.AsSpan(0, harvest(table, ref cursor, room, clear)));
        Expect.Sequence(found, model.Harvest(step.Range, dirty, clear), step.ToString());
    }

    private static void Compare(PageTable<TFormat> table, LeafModel model, string label)
    {
        if (ChangeOperations<TFormat>.ReadRuns is { } read)
        {
            var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(ulong.MaxValue)));
            var (runs, pages) = (new Run[64], 0UL);
            while (!cursor.IsAtEnd)
                foreach (var run in runs.AsSpan(0, read(table, ref cursor, runs))) pages += run.Pages;
            Expect.Equal(pages, model.Leaves.Aggregate(0UL, (sum, leaf) => sum + (1UL << (leaf.Shift - Pfn.Shift))), label);
        }

        var every = 1 + (model.Leaves.Count / 300);
        var number = 0;
        foreach (var leaf in model.Leaves)
        {
            if (number++ % every != 0) continue;
            var at = leaf.Input + ((ulong)number * 0x9E3779B97F4A7C15UL >> 8 & ((1UL << leaf.Shift) - 1));
            var walked = table.Walk(new Iova(at));
            // A leaf without the accessed flag faults where hardware does not set it: the rest of the walk is right.
            var expected = new Leaf(new Pfn(leaf.Output + (at - leaf.Input) >> Pfn.Shift), new PageSize(leaf.Shift), leaf.Permissions);
            if (!walked.IsLeaf || walked.Leaf != expected) throw new FormatCheckException($"{label}: 0x{at:x} is {walked}, not {expected}");
            if (!table.Follow(new Iova(at), out var followed) || followed != expected) throw new FormatCheckException($"{label}: follow of 0x{at:x} is {followed}, not {expected}");
            var (accessed, dirty) = UseOf(table, leaf);
            if ((accessed, dirty) != (leaf.Accessed, leaf.Dirty)) throw new FormatCheckException($"{label}: use of {leaf} is ({accessed}, {dirty})");
        }
    }

    private static (bool Accessed, bool Dirty) UseOf(PageTable<TFormat> table, UsedLeaf leaf)
    {
        if (!Hardware.TryFind(Facts, table.Arena, table.RootWord, leaf.Input, out var found)) return default;
        var (accessed, dirty) = (false, false);
        for (nuint i = 0; i < (nuint)1 << (leaf.Shift - Facts.Levels[found.Level].Shift); i++)
        {
            var raw = FactItems.Read(Facts, ref TableItems.In(table.Arena, found.Table), found.Index + i);
            accessed |= (raw & Facts.AccessedMask) != 0;
            dirty |= Facts.Dirty.Holds(raw);
        }

        return (accessed, dirty);
    }
}
