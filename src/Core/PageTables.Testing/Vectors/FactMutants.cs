namespace Fast.PageTables.Testing;

/// <summary>The facts of a format with one fact changed: each declared bit, shift, polarity, fault and mask in turn.</summary>
internal static class FactMutants
{
    public static IEnumerable<(string Name, FormatFacts Facts)> Of(FormatFacts facts) => Format(facts)
        .Concat(Enumerable.Range(0, facts.Segments.Length).SelectMany(segment => Segment(facts, segment)))
        .Concat(Enumerable.Range(0, facts.Levels.Length).SelectMany(level => LevelMutants.Of(facts, level)))
        .Concat(Enumerable.Range(0, facts.Rights.Length).SelectMany(right => Right(facts, right)))
        .Concat(Enumerable.Range(0, facts.Forbidden.Length).SelectMany(forbidden => Forbidden(facts, forbidden)))
        .Concat(Enumerable.Range(0, facts.ConditionalReserved.Length).SelectMany(reserved => Conditional(facts, reserved)))
        .Concat(Enumerable.Range(0, facts.Fields.Length).SelectMany(field => Field(facts, field)));

    /// <summary>A mask that is not there, or one bit off.</summary>
    public static IEnumerable<(string, ulong)> Moved(ulong mask)
    {
        if (mask == 0) yield break;
        yield return ("dropped", 0);
        yield return ("moved up", ulong.RotateLeft(mask, 1));
        yield return ("moved down", ulong.RotateRight(mask, 1));
    }

    private static IEnumerable<(string, FormatFacts)> Format(FormatFacts facts)
    {
        yield return ("EntryBytes halved", facts with { EntryBytes = facts.EntryBytes / 2 });
        yield return ("SignExtends turned", facts with { SignExtends = !facts.SignExtends });
        yield return ("DynamicTop turned", facts with { DynamicTop = !facts.DynamicTop });
        yield return ("FirstTop down", facts with { FirstTop = facts.FirstTop - 1 });
        yield return ("KindFault", facts with { KindFault = WalkStatus.Sparse });
        yield return ("ReservedFault", facts with { ReservedFault = WalkStatus.Sparse });
        for (var feature = 0; feature < facts.Features.Length; feature++) yield return ($"feature {facts.Features[feature]} dropped", facts with { Features = facts.Features.RemoveAt(feature) });
        foreach (var by in new[] { -1, 1 })
        {
            if (facts.InputBits + by <= 64) yield return ($"InputBits {by:+0;-0}", facts with { InputBits = facts.InputBits + by });
            yield return ($"OutputBits {by:+0;-0}", facts with { OutputBits = facts.OutputBits + by });
        }

        foreach (var bit in Bits.Each(Bits.EntryMask(facts)))
        {
            var present = facts.Present;
            yield return ($"SoftwareInLeaf ^ {bit:X}", facts with { SoftwareInLeaf = facts.SoftwareInLeaf ^ bit });
            yield return ($"Present.Mask ^ {bit:X}", facts with { Present = present with { Mask = present.Mask ^ bit, Value = present.Value & (present.Mask ^ bit) } });
            if ((present.Mask & bit) == 0) yield return ($"Present.AnyOf ^ {bit:X}", facts with { Present = present with { AnyOf = present.AnyOf ^ bit } });
            if ((present.Mask & bit) != 0) yield return ($"Present.Value ^ {bit:X}", facts with { Present = present with { Value = present.Value ^ bit } });
        }

        if (facts.NextLevel is { Exists: true } next)
        {
            yield return ("NextLevel dropped", facts with { NextLevel = default });
            yield return ("NextLevel up", facts with { NextLevel = new BitField(next.Hi + 1, next.Lo + 1) });
            yield return ("NextLevel down", facts with { NextLevel = new BitField(next.Hi - 1, next.Lo - 1) });
        }

        foreach (var (name, mask) in Moved(facts.AccessedMask)) yield return ("Accessed " + name, facts with { AccessedMask = mask });
        foreach (var (name, mask) in Moved(facts.Dirty.Mask)) yield return ("Dirty " + name, facts with { Dirty = facts.Dirty with { Mask = mask } });
        foreach (var (name, mask) in Moved(facts.Dirty.Modifier)) yield return ("Dirty's modifier " + name, facts with { Dirty = facts.Dirty with { Modifier = mask } });
        foreach (var (name, mask) in Moved(facts.Dirty.Saved)) yield return ("Dirty's keeper " + name, facts with { Dirty = facts.Dirty with { Saved = mask } });
        if (facts.Dirty.Exists) yield return ("Dirty turned", facts with { Dirty = facts.Dirty with { WhenClear = !facts.Dirty.WhenClear } });
    }

    private static IEnumerable<(string, FormatFacts)> Segment(FormatFacts facts, int index)
    {
        var (here, field) = (facts.Segments[index], facts.Segments[index].Field);
        (string, FormatFacts) With(string name, AddressSegment changed) => ($"segment {field.Hi}:{field.Lo} {name}", facts with { Segments = facts.Segments.SetItem(index, changed) });

        yield return ($"segment {field.Hi}:{field.Lo} dropped", facts with { Segments = facts.Segments.RemoveAt(index) });
        foreach (var by in new[] { -1, 1 })
        {
            // A bit that must be zero everywhere may as well be called an address bit: no entry tells the two apart.
            var zero = by > 0 && (field.Hi + 1 == 8 * facts.EntryBytes || facts.Levels.All(level => ((level.CanLeaf ? level.ReservedInLeaf : ~0UL) & (level.CanTable ? level.ReservedInTable : ~0UL) & (1UL << (field.Hi + 1))) != 0));
            if (!zero) yield return With($"Hi {by:+0;-0}", here with { Field = field with { Hi = field.Hi + by } });
            yield return With($"AddressLo {by:+0;-0}", here with { AddressLo = here.AddressLo + by });
            // Nor does an address bit below the granule that no table may have.
            var idle = by < 0 && facts.Levels.All(level => !level.CanTable || (level.ReservedInTable & (1UL << (field.Lo - 1))) != 0) && here.AddressLo == facts.Levels[0].Shift;
            if (!idle) yield return With($"Lo {by:+0;-0}", new AddressSegment(field with { Lo = field.Lo + by }, here.AddressLo + by));
        }
    }

    private static IEnumerable<(string, FormatFacts)> Right(FormatFacts facts, int index)
    {
        var here = facts.Rights[index];
        (string, FormatFacts) With(string name, RightFacts changed) => ($"{here.Right} of {here.Kinds}: {name}", facts with { Rights = facts.Rights.SetItem(index, changed) });

        yield return ($"{here.Right} of {here.Kinds} dropped", facts with { Rights = facts.Rights.RemoveAt(index) });
        if (here.Implied)
        {
            yield return With("given a bit", here with { Implied = false, Field = new BitField(9, 9), Granting = 2 });
            yield break;
        }

        foreach (var by in new[] { -1, 1 }.Where(by => here.Field.Hi + by < 64 && here.Field.Lo + by >= 0))
            yield return With($"moved {by:+0;-0}", here with { Field = new BitField(here.Field.Hi + by, here.Field.Lo + by) });
        yield return With("implied by presence", here with { Implied = true });
        for (var value = 0; value < 1 << (here.Field.Hi - here.Field.Lo + 1); value++) yield return With($"value {value} turned", here with { Granting = here.Granting ^ (1UL << value) });
        foreach (var (name, kind) in Turned(facts, here.FromLevel, here.ToLevel)) yield return With(name, here with { Kinds = here.Kinds ^ kind });
        foreach (var (name, mask) in Moved(here.UnlessMask)) yield return With("unless " + name, here with { UnlessMask = mask });
        if (here.UnlessRequires != null) yield return With("unless without a feature", here with { UnlessRequires = null });
        if (here.Requires != null) yield return With("Requires dropped", here with { Requires = null });
        foreach (var (name, from, to) in Ranges(facts, here.Kinds, here.FromLevel, here.ToLevel)) yield return With(name, here with { FromLevel = from, ToLevel = to });
    }

    private static IEnumerable<(string, FormatFacts)> Forbidden(FormatFacts facts, int index)
    {
        var here = facts.Forbidden[index];
        (string, FormatFacts) With(string name, ForbiddenFacts changed) =>
            ($"forbidden {here.Mask:X} = {here.Value:X}: {name}", facts with { Forbidden = facts.Forbidden.SetItem(index, changed) });

        yield return ($"forbidden {here.Mask:X} = {here.Value:X} dropped", facts with { Forbidden = facts.Forbidden.RemoveAt(index) });
        yield return With("fault", here with { Fault = WalkStatus.Sparse });
        foreach (var bit in Bits.Each(here.Mask))
        {
            yield return With($"mask without {bit:X}", here with { Mask = here.Mask & ~bit, Value = here.Value & ~bit });
            yield return With($"value ^ {bit:X}", here with { Value = here.Value ^ bit });
        }

        foreach (var (name, mask) in Moved(here.Mask).Skip(1)) yield return With(name, here with { Mask = mask, Value = name == "moved up" ? ulong.RotateLeft(here.Value, 1) : ulong.RotateRight(here.Value, 1) });
        foreach (var (name, kind) in Turned(facts, here.FromLevel, here.ToLevel)) yield return With(name, here with { Kinds = here.Kinds ^ kind });
        if (here.Unless != null) yield return With("unless dropped", here with { Unless = null });
        foreach (var (name, from, to) in Ranges(facts, here.Kinds, here.FromLevel, here.ToLevel)) yield return With(name, here with { FromLevel = from, ToLevel = to });
    }

    private static IEnumerable<(string, FormatFacts)> Conditional(FormatFacts facts, int index)
    {
        var here = facts.ConditionalReserved[index];
        (string, FormatFacts) With(string name, ReservedFacts changed) =>
            ($"reserved at {here.Level} unless {here.Unless}: {name}", facts with { ConditionalReserved = facts.ConditionalReserved.SetItem(index, changed) });

        yield return ($"reserved at {here.Level} unless {here.Unless} dropped", facts with { ConditionalReserved = facts.ConditionalReserved.RemoveAt(index) });
        foreach (var (name, mask) in Moved(here.Mask)) yield return With(name, here with { Mask = mask });
        foreach (var bit in Bits.Each(here.Mask)) yield return With($"without {bit:X}", here with { Mask = here.Mask & ~bit });
        yield return With("kind turned", here with { InLeaf = !here.InLeaf });
        foreach (var other in facts.Features.Where(other => other != here.Unless)) yield return With($"unless {other}", here with { Unless = other });
        for (var level = 0; level < facts.Levels.Length; level++)
            if (level != here.Level) yield return With($"at level {level}", here with { Level = level });
    }

    private static IEnumerable<(string, FormatFacts)> Field(FormatFacts facts, int index)
    {
        var here = facts.Fields[index];
        (string, FormatFacts) With(string name, FieldFacts changed) => ($"field {here.Name}: {name}", facts with { Fields = facts.Fields.SetItem(index, changed) });

        yield return ($"field {here.Name} dropped", facts with { Fields = facts.Fields.RemoveAt(index) });
        yield return With("renamed", here with { Name = here.Name + "x" });
        foreach (var by in new[] { -1, 1 }.Where(by => here.Field.Hi + by < 64 && here.Field.Lo + by >= 0))
            yield return With($"moved {by:+0;-0}", here with { Field = new BitField(here.Field.Hi + by, here.Field.Lo + by) });
        foreach (var (name, kind) in Turned(facts, here.FromLevel, here.ToLevel)) yield return With(name, here with { Kinds = here.Kinds ^ kind });
        foreach (var (name, from, to) in Ranges(facts, here.Kinds, here.FromLevel, here.ToLevel)) yield return With(name, here with { FromLevel = from, ToLevel = to });
    }

    /// <summary>Kinds of entry that there are at some of the levels.</summary>
    private static IEnumerable<(string Name, EntryKinds Kind)> Turned(FormatFacts facts, int from, int to)
    {
        var levels = Enumerable.Range(0, facts.Levels.Length).Where(level => level >= from && level <= to).Select(level => facts.Levels[level]).ToList();
        if (levels.Any(level => level.CanLeaf)) yield return ("leaves turned", EntryKinds.Leaf);
        if (levels.Any(level => level.CanTable)) yield return ("tables turned", EntryKinds.Table);
    }

    /// <summary>One level less at either end of the levels that have such entries, one more where there is one.</summary>
    private static IEnumerable<(string Name, int From, int To)> Ranges(FormatFacts facts, EntryKinds kinds, int from, int to)
    {
        var levels = Enumerable.Range(0, facts.Levels.Length)
            .Where(level => (facts.Levels[level].CanLeaf && kinds.HasFlag(EntryKinds.Leaf)) || (facts.Levels[level].CanTable && kinds.HasFlag(EntryKinds.Table))).ToList();
        var mine = levels.Where(level => level >= from && level <= to).ToList();
        yield return ($"from level {mine[0] + 1}", mine[0] + 1, to);
        yield return ($"to level {mine[^1] - 1}", from, mine[^1] - 1);
        if (levels.Contains(mine[0] - 1)) yield return ($"from level {mine[0] - 1}", mine[0] - 1, to);
        if (levels.Contains(mine[^1] + 1)) yield return ($"to level {mine[^1] + 1}", from, mine[^1] + 1);
    }
}
