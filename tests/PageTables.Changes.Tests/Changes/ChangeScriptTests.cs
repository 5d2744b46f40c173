using FsCheck;
using FsCheck.Fluent;

namespace Fast.PageTables.Tests.Changes;

/// <summary>Scripts of every change, with hardware noting use between the steps, against a dictionary of leaves; for every format.</summary>
[TestFixtureSource(typeof(EveryFormat))]
[Parallelizable]
public sealed class ChangeScriptTests<TFormat>
    where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat, IAccessedFormat, IDirtyFormat
{
    private static readonly FormatFacts Facts = TFormat.Facts;
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(Facts.Levels[0].Bits > 9 ? 12 : 60)
        .WithReplay(new(new Replay(new Rnd(20_261_120, 7), Microsoft.FSharp.Core.FSharpOption<int>.None)));

    [Test]
    public void A_table_does_what_a_dictionary_of_leaves_does()
    {
        var shifts = new LeafModel(Facts, Encode).Shifts;
        var expressible = Enumerable.Range(0, 32).Select(bits => (Permissions)bits).Where(permissions => Encode(new PageSize(shifts[0]), permissions) != null).ToArray();
        Check.One(Config, Prop.ForAll(ChangeScript.For(Facts, shifts, expressible, longest: 30), Play));
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
        Assert.That((arena.BytesInUse, arena.TablesInUse), Is.EqualTo((0UL, 0UL)));
    }

    private static void Take(PageTable<TFormat> table, LeafModel model, ChangeStep step)
    {
        var label = step.ToString();
        switch (step.Verb)
        {
            case ChangeVerb.Map:
                var output = (step.Input & ((1UL << (Math.Min(Facts.OutputBits, Facts.InputBits) - 2)) - 1)) + step.Skew;
                var mapped = table.TryMap(step.Range, new Pfn(output >> Pfn.Shift), step.Permissions);
                Assert.That(mapped.Status, Is.EqualTo(model.Map(step.Range, output, step.Permissions)), label);
                break;
            case ChangeVerb.Unmap:
                var unmapped = table.TryUnmap(step.Range, keepTables: step.Room == 1);
                Assert.That(unmapped.Status, Is.EqualTo(model.Unmap(step.Range, out var removed)), label);
                Assert.That(unmapped.Leaves, Is.EqualTo(removed), label);
                break;
            case ChangeVerb.Protect:
                var protection = table.TryProtect(step.Range, step.Permissions);
                Assert.That(protection.Status, Is.EqualTo(model.Protect(step.Range, step.Permissions, out var changed)), label);
                Assert.That(protection.Leaves, Is.EqualTo(changed), label);
                break;
            case ChangeVerb.Split:
                Assert.That(table.TrySplit(new Iova(step.Input)).Status, Is.EqualTo(model.Split(step.Input)), label);
                break;
            case ChangeVerb.Collapse:
                Assert.That(table.TryCollapse(new Iova(step.Input), new PageSize(step.Shift)).Status, Is.AnyOf([.. model.Collapse(step.Input, step.Shift).Cast<object>()]), label);
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
        while (!cursor.IsAtEnd)
        {
            var count = dirty ? table.HarvestDirty(ref cursor, room, clear) : table.HarvestAccessed(ref cursor, room, clear);
            found.AddRange(room.AsSpan(0, count));
        }

        Assert.That(found, Is.EqualTo(model.Harvest(step.Range, dirty, clear)), step.ToString());
    }

    private static void Compare(PageTable<TFormat> table, LeafModel model, string label)
    {
        var cursor = new RunCursor(IovaRange.Inclusive(new Iova(0), new Iova(ulong.MaxValue)));
        var runs = new Run[64];
        var pages = 0UL;
        while (!cursor.IsAtEnd)
            foreach (var run in runs.AsSpan(0, table.ReadRuns(ref cursor, runs))) pages += run.Pages;
        Assert.That(pages, Is.EqualTo(model.Leaves.Aggregate(0UL, (sum, leaf) => sum + (1UL << (leaf.Shift - Pfn.Shift)))), label);
        var every = 1 + (model.Leaves.Count / 300);
        var number = 0;
        foreach (var leaf in model.Leaves)
        {
            if (number++ % every != 0) continue;
            var at = leaf.Input + ((ulong)number * 0x9E3779B97F4A7C15UL >> 8 & ((1UL << leaf.Shift) - 1));
            var walked = table.Walk(new Iova(at));
            // A leaf without the accessed flag faults where hardware does not set it: the rest of the walk is right.
            var expected = new Leaf(new Pfn(leaf.Output + (at - leaf.Input) >> Pfn.Shift), new PageSize(leaf.Shift), leaf.Permissions);
            if (!walked.IsLeaf || walked.Leaf != expected) Assert.Fail($"{label}: 0x{at:x} is {walked}, not {expected}");
            if (!table.Follow(new Iova(at), out var followed) || followed != expected) Assert.Fail($"{label}: follow of 0x{at:x} is {followed}, not {expected}");
            var (accessed, dirty) = UseOf(table, leaf);
            if ((accessed, dirty) != (leaf.Accessed, leaf.Dirty)) Assert.Fail($"{label}: use of {leaf} is ({accessed}, {dirty})");
        }
    }

    private static (bool Accessed, bool Dirty) UseOf(PageTable<TFormat> table, ModelLeaf leaf)
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
