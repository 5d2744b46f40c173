namespace Fast.PageTables.Testing;

/// <summary>The facts of one level, one changed at a time.</summary>
internal static class LevelMutants
{
    public static IEnumerable<(string Name, FormatFacts Facts)> Of(FormatFacts facts, int level)
    {
        var here = facts.Levels[level];
        return Shape(facts, here).Concat(Masks(facts, here, level)).Concat(Several(facts, here))
            .Select(mutant => ($"{here.Name}: {mutant.Name}", facts with { Levels = facts.Levels.SetItem(level, mutant.Level) }));
    }

    private static IEnumerable<(string Name, LevelFacts Level)> Shape(FormatFacts facts, LevelFacts here)
    {
        foreach (var by in new[] { -1, 1 })
        {
            yield return ($"Shift {by:+0;-0}", here with { Shift = here.Shift + by });
            yield return ($"Bits {by:+0;-0}", here with { Bits = here.Bits + by });
        }

        yield return ("EntryBytes turned", here with { EntryBytes = 12 - here.EntryBytes });
        yield return ("CanTable turned", here with { CanTable = !here.CanTable });
        yield return ("CanLeaf turned", here with { CanLeaf = !here.CanLeaf });
        if (here.LeafRequires != null) yield return ("TableWithout turned", here with { TableWithout = !here.TableWithout });
        if (here.LeafRequires != null) yield return ("LeafRequires dropped", here with { LeafRequires = null });
        foreach (var other in facts.Features.Where(other => here.LeafRequires != null && other != here.LeafRequires)) yield return ($"LeafRequires {other}", here with { LeafRequires = other });
    }

    private static IEnumerable<(string Name, LevelFacts Level)> Masks(FormatFacts facts, LevelFacts here, int level)
    {
        foreach (var bit in Bits.Each(Bits.EntryMask(facts)))
        {
            foreach (var (name, match) in Matches(here.Leaf, bit, facts, level, here.CanLeaf)) yield return ("Leaf" + name, here with { Leaf = match });
            foreach (var (name, match) in Matches(here.Table, bit, facts, level, here.CanTable)) yield return ("Table" + name, here with { Table = match });
            if (here.CanLeaf) yield return ($"LeafValue ^ {bit:X}", here with { LeafValue = here.LeafValue ^ bit });
            if (here.CanTable) yield return ($"TableValue ^ {bit:X}", here with { TableValue = here.TableValue ^ bit });
            // A bit that a leaf must have clear to be one is set in none.
            if (here.CanLeaf && (here.Leaf.Mask & ~here.Leaf.Value & bit) == 0) yield return ($"ReservedInLeaf ^ {bit:X}", here with { ReservedInLeaf = here.ReservedInLeaf ^ bit });
            // The bit that makes an entry a leaf is in no table.
            if (here.CanTable && (here.Leaf.AnyOf & bit) == 0 && (here.Leaf.Mask & bit) == 0) yield return ($"ReservedInTable ^ {bit:X}", here with { ReservedInTable = here.ReservedInTable ^ bit });
        }
    }

    /// <summary>Nothing where presence has decided the bit, or where nothing is matched because the format has a field for it.</summary>
    private static IEnumerable<(string Name, BitMatch Match)> Matches(BitMatch match, ulong bit, FormatFacts facts, int level, bool can)
    {
        var (always, decided) = (match.Mask == 0 && match.AnyOf == 0, (facts.Present.Mask & bit) != 0);
        if (!can || facts.NextLevel.Exists) yield break;
        if (always) yield break;
        // What is no leaf need not be told from one again.
        var here = facts.Levels[level];
        decided |= match == here.Table && here.CanLeaf && here.Leaf.Mask == match.Mask && (here.Leaf.Value ^ match.Value) == bit;
        // What is refused as a leaf and as a table, in the same words, may be called either.
        decided |= facts.KindFault == facts.ReservedFault && ((here.ReservedInLeaf & bit) != 0) && (!here.CanTable || (here.ReservedInTable & bit) != 0);
        if ((match.AnyOf & bit) == 0 && !decided) yield return ($".Mask ^ {bit:X}", match with { Mask = match.Mask ^ bit, Value = (match.Value | bit) & (match.Mask ^ bit) });
        if ((match.Mask & bit) != 0) yield return ($".Value ^ {bit:X}", match with { Value = match.Value ^ bit });
        if (match.AnyOf != 0 && !decided) yield return ($".AnyOf ^ {bit:X}", match with { AnyOf = match.AnyOf ^ bit });
    }

    private static IEnumerable<(string Name, LevelFacts Level)> Several(FormatFacts facts, LevelFacts here)
    {
        var contiguity = here.Contiguity;
        if (!contiguity.Exists) yield break;
        yield return ("Contiguity dropped", here with { Contiguity = default });
        foreach (var (name, mask) in FactMutants.Moved(contiguity.Flag)) yield return ("Contiguity.Flag " + name, here with { Contiguity = contiguity with { Flag = mask } });
        foreach (var kind in Enum.GetValues<ContiguityKind>().Where(kind => kind != contiguity.Kind && !facts.NextLevel.Exists)) yield return ($"Contiguity {kind}", here with { Contiguity = contiguity with { Kind = kind } });
        foreach (var by in new[] { -1, 1 })
        {
            yield return ($"Contiguity.MinLg2 {by:+0;-0}", here with { Contiguity = contiguity with { MinLg2 = contiguity.MinLg2 + by } });
            yield return ($"Contiguity.MaxLg2 {by:+0;-0}", here with { Contiguity = contiguity with { MaxLg2 = contiguity.MaxLg2 + by } });
        }

        if (contiguity.ExceptShift != 0) yield return ("Contiguity.ExceptShift dropped", here with { Contiguity = contiguity with { ExceptShift = 0 } });
    }
}
