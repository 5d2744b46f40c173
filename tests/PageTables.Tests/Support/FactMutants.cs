namespace Fast.PageTables.Tests;

/// <summary>The facts of a format with one fact changed: each declared bit, shift, polarity and mask in turn.</summary>
internal static class FactMutants
{
    public static IEnumerable<(string Name, FormatFacts Facts)> Of(FormatFacts facts) =>
        Format(facts).Concat(Enumerable.Range(0, facts.Levels.Length).SelectMany(level => Level(facts, level)))
            .Concat(Enumerable.Range(0, facts.Rights.Length).SelectMany(right => Right(facts, right)))
            .Concat(Enumerable.Range(0, facts.ConditionalReserved.Length).SelectMany(reserved => Conditional(facts, reserved)));

    private static IEnumerable<(string, FormatFacts)> Format(FormatFacts facts)
    {
        yield return ("EntryBytes halved", facts with { EntryBytes = facts.EntryBytes / 2 });
        yield return ("SignExtends turned", facts with { SignExtends = !facts.SignExtends });
        foreach (var by in new[] { -1, 1 })
        {
            yield return ($"InputBits {by:+0;-0}", facts with { InputBits = facts.InputBits + by });
            yield return ($"OutputBits {by:+0;-0}", facts with { OutputBits = facts.OutputBits + by });
        }

        // A bit that no entry with a table may have set, and a bit that presence fixes, change nothing.
        var neverInTable = facts.Levels.Where(level => level.CanTable).Aggregate(ulong.MaxValue, (mask, level) => mask & (level.ReservedInTable | (level.CanLeaf ? level.LeafMask : 0)));
        foreach (var bit in Bits.Each(ulong.MaxValue))
        {
            var present = facts.Present;
            if ((neverInTable & bit) == 0) yield return ($"AddressMask ^ {bit:X}", facts with { AddressMask = facts.AddressMask ^ bit });
            yield return ($"TableValue ^ {bit:X}", facts with { TableValue = facts.TableValue ^ bit });
            yield return ($"Present.Mask ^ {bit:X}", facts with { Present = present with { Mask = present.Mask ^ bit, Value = present.Value & (present.Mask ^ bit) } });
            if ((present.Mask & bit) == 0) yield return ($"Present.AnyOf ^ {bit:X}", facts with { Present = present with { AnyOf = present.AnyOf ^ bit } });
            if ((present.Mask & bit) != 0) yield return ($"Present.Value ^ {bit:X}", facts with { Present = present with { Value = present.Value ^ bit } });
        }

        foreach (var (name, mask) in Moved(facts.AccessedMask)) yield return ("Accessed " + name, facts with { AccessedMask = mask });
        foreach (var (name, mask) in Moved(facts.DirtyMask)) yield return ("Dirty " + name, facts with { DirtyMask = mask });
    }

    private static IEnumerable<(string, FormatFacts)> Level(FormatFacts facts, int level)
    {
        var here = facts.Levels[level];
        (string, FormatFacts) With(string name, LevelFacts changed) => ($"{here.Name}: {name}", facts with { Levels = facts.Levels.SetItem(level, changed) });

        foreach (var by in new[] { -1, 1 })
        {
            yield return With($"Shift {by:+0;-0}", here with { Shift = here.Shift + by });
            yield return With($"Bits {by:+0;-0}", here with { Bits = here.Bits + by });
        }

        yield return With("TableBytes doubled", here with { TableBytes = here.TableBytes * 2 });
        yield return With("CanTable turned", here with { CanTable = !here.CanTable });
        yield return With("CanLeaf turned", here with { CanLeaf = !here.CanLeaf });
        if (here.LeafRequires != null) yield return With("LeafRequires dropped", here with { LeafRequires = null });
        foreach (var bit in Bits.Each(ulong.MaxValue))
        {
            if (here.CanLeaf && here.CanTable && (facts.Present.Mask & bit) == 0)
            {
                yield return With($"LeafMask ^ {bit:X}", here with { LeafMask = here.LeafMask ^ bit, LeafValue = (here.LeafValue | bit) & (here.LeafMask ^ bit) });
                if ((here.LeafMask & bit) != 0) yield return With($"LeafValue ^ {bit:X}", here with { LeafValue = here.LeafValue ^ bit });
            }

            // A bit that must be zero may as well be called an address bit: no entry tells the two apart.
            if (here.CanLeaf && (here.ReservedInLeaf & bit) == 0) yield return With($"LeafAddressMask ^ {bit:X}", here with { LeafAddressMask = here.LeafAddressMask ^ bit });
            if (here.CanLeaf) yield return With($"ReservedInLeaf ^ {bit:X}", here with { ReservedInLeaf = here.ReservedInLeaf ^ bit });
            if (here.CanTable && (!here.CanLeaf || (here.LeafMask & bit) == 0)) yield return With($"ReservedInTable ^ {bit:X}", here with { ReservedInTable = here.ReservedInTable ^ bit });
        }
    }

    private static IEnumerable<(string, FormatFacts)> Right(FormatFacts facts, int index)
    {
        var here = facts.Rights[index];
        (string, FormatFacts) With(string name, RightFacts changed) => ($"{here.Right}: {name}", facts with { Rights = facts.Rights.SetItem(index, changed) });

        yield return ($"{here.Right} dropped", facts with { Rights = facts.Rights.RemoveAt(index) });
        if (here.Mask == 0)
        {
            yield return With("given a bit", here with { Mask = 1UL << 9 });
            yield break;
        }

        foreach (var (name, mask) in Moved(here.Mask)) yield return With(name, here with { Mask = mask });
        yield return With("implied by presence", here with { Mask = 0 });
        yield return With("polarity turned", here with { Denies = !here.Denies });
        yield return With("combination turned", here with { Combines = !here.Combines });
        if (here.Requires != null) yield return With("Requires dropped", here with { Requires = null });
    }

    private static IEnumerable<(string, FormatFacts)> Conditional(FormatFacts facts, int index)
    {
        var here = facts.ConditionalReserved[index];
        (string, FormatFacts) With(string name, ReservedFacts changed) =>
            ($"reserved at {here.Level} unless {here.Unless}: {name}", facts with { ConditionalReserved = facts.ConditionalReserved.SetItem(index, changed) });

        yield return ($"reserved at {here.Level} unless {here.Unless} dropped", facts with { ConditionalReserved = facts.ConditionalReserved.RemoveAt(index) });
        foreach (var (name, mask) in Moved(here.Mask)) yield return With(name, here with { Mask = mask });
        yield return With("kind turned", here with { InLeaf = !here.InLeaf });
        foreach (var other in facts.Features.Where(other => other != here.Unless)) yield return With($"unless {other}", here with { Unless = other });
        for (var level = 0; level < facts.Levels.Length; level++)
            if (level != here.Level) yield return With($"at level {level}", here with { Level = level });
    }

    private static IEnumerable<(string, ulong)> Moved(ulong mask)
    {
        if (mask == 0) yield break;
        yield return ("dropped", 0);
        yield return ("moved up", ulong.RotateLeft(mask, 1));
        yield return ("moved down", ulong.RotateRight(mask, 1));
    }
}
