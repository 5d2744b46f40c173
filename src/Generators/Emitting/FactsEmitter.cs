using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The declaration as a value.</summary>
internal static class FactsEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Open("public static FormatFacts Facts { get; } = new FormatFacts");
        code.Lines($"Name = \"{spec.Name}\",");
        code.Lines($"EntryBytes = {spec.EntryBytes},");
        code.Lines($"SignExtends = {Bool(spec.SignExtends)},");
        code.Lines($"InputBits = {spec.IaBits},");
        code.Lines($"OutputBits = {spec.OaBitsMax},");
        if (spec.DynamicTop) code.Lines("DynamicTop = true,");
        code.Lines($"FirstTop = {spec.FirstTop},");
        code.Lines($"Present = {Match(spec.Present)},");
        code.Lines($"Segments = [{string.Join(", ", spec.Segments.Select(segment => $"new AddressSegment(new BitField({segment.EntryHi}, {segment.EntryLo}), {segment.AddressLo})"))}],");
        if (spec.NextLevel is { } next) code.Lines($"NextLevel = {Field(next)},");
        code.Lines($"KindFault = WalkStatus.{spec.KindFault},");
        code.Lines($"ReservedFault = WalkStatus.{spec.ReservedFault},");
        code.Lines($"AccessedMask = {Words.Hex(spec.Accessed)},");
        if (spec.Dirty is { } dirty) code.Lines($"Dirty = new DirtyFacts({Words.Hex(dirty.Mask)}, {Words.Hex(dirty.Modifier)}, {Bool(dirty.WhenClear)}{(dirty.Saved == 0 ? "" : ", " + Words.Hex(dirty.Saved))}),");
        if (spec.SoftwareInLeaf != 0) code.Lines($"SoftwareInLeaf = {Words.Hex(spec.SoftwareInLeaf)},");
        List(code, "Features", spec.Features.Select(feature => Text(feature)));
        List(code, "Levels", spec.Levels.Select(level => Level(spec, level)));
        if (spec.Hatch is { } hatch)
        {
            code.Lines("Decoder = DecodeByLevel,");
            if (hatch.Big is { } big) code.Lines($"BigTable = {Level(spec, big)},");
        }

        if (spec.Rights.Count == 0) code.Lines("Rights = [],");
        List(code, "Rights", spec.Rights.Select(Right));
        List(code, "Forbidden", spec.Forbidden.Select(Forbidden));
        List(code, "ConditionalReserved", spec.Reserved.Where(reserved => reserved.Unless != null).Select(reserved =>
            $"new ReservedFacts({reserved.Level}, InLeaf: {Bool(reserved.Leaf)}, {Words.Hex(reserved.Mask)}, Unless: {Text(reserved.Unless)})"));
        List(code, "Fields", spec.Fields.Select(field =>
            $"new FieldFacts(\"{field.Name}\", new BitField({field.Hi}, {field.Lo}), {Kinds(field.InLeaf, field.InTable)}, {field.FromLevel}, {field.ToLevel})"));
        code.Close(";").Gap();
    }

    private static string Level(FormatSpec spec, LevelSpec level)
    {
        var parts = new List<string>
        {
            $"Name = \"{level.Name}\"", $"Shift = {level.Shift}", $"Bits = {level.Bits}", $"CanTable = {Bool(level.CanTable)}", $"CanLeaf = {Bool(level.CanLeaf)}",
        };
        if (!level.LeafWhen.IsAlways) parts.Add($"Leaf = {Match(level.LeafWhen)}");
        if (!level.TableWhen.IsAlways) parts.Add($"Table = {Match(level.TableWhen)}");
        if (level.CanLeaf) parts.Add($"LeafValue = {Words.Hex(level.LeafValue)}");
        if (level.CanTable) parts.Add($"TableValue = {Words.Hex(level.TableValue)}");
        if (spec.ReservedMask(level.Level, true) is var inLeaf and not 0) parts.Add($"ReservedInLeaf = {Words.Hex(inLeaf)}");
        if (spec.ReservedMask(level.Level, false) is var inTable and not 0) parts.Add($"ReservedInTable = {Words.Hex(inTable)}");
        if (spec.Hatch?.Big != null && level.Level == 1) parts.Add("Slots = 2");
        if (level.Requires != null) parts.Add($"LeafRequires = {Text(level.Requires)}");
        if (level.Contiguity is { } contiguity)
            parts.Add($"Contiguity = new ContiguityFacts(ContiguityKind.{contiguity.Form}, {Words.Hex(contiguity.Flag)}, {contiguity.MinLg2}, {contiguity.MaxLg2}, {contiguity.ExceptShift})");
        return $"new LevelFacts {{ {string.Join(", ", parts)} }}";
    }

    private static string Right(RightSpec right) =>
        $"new RightFacts(Permissions.{right.Right}, {(right.Implied ? "default" : Field(right.Field))}, Granting: {Words.Hex(right.Granting)}, Implied: {Bool(right.Implied)}, {Kinds(right.InLeaf, right.InTable)}, "
        + $"{right.FromLevel}, {right.ToLevel}{(right.UnlessMask == 0 ? "" : $", UnlessMask: {Words.Hex(right.UnlessMask)}")}"
        + $"{(right.UnlessRequires == null ? "" : $", UnlessRequires: {Text(right.UnlessRequires)}")}{(right.Requires == null ? "" : $", Requires: {Text(right.Requires)}")})";

    private static string Forbidden(ForbiddenSpec forbidden) =>
        $"new ForbiddenFacts({Words.Hex(forbidden.Mask)}, {Words.Hex(forbidden.Value)}, WalkStatus.{forbidden.Fault}, {Kinds(forbidden.InLeaf, forbidden.InTable)}, {forbidden.FromLevel}, {forbidden.ToLevel}, Unless: {Text(forbidden.Unless)})";

    private static void List(CodeWriter code, string name, IEnumerable<string> items)
    {
        var lines = items.ToList();
        if (lines.Count == 0) return;
        code.Lines($"{name} =").Lines("[");
        foreach (var line in lines) code.Lines($"    {line},");
        code.Lines("],");
    }

    private static string Match(MatchSpec match) => $"new BitMatch({Words.Hex(match.Mask)}, {Words.Hex(match.Value)}, {Words.Hex(match.AnyOf)})";

    private static string Field(FieldBits field) => $"new BitField({field.Hi}, {field.Lo})";

    private static string Kinds(bool leaf, bool table) => leaf && table ? "EntryKinds.Any" : leaf ? "EntryKinds.Leaf" : "EntryKinds.Table";

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Text(string? value) => value == null ? "null" : $"\"{value}\"";
}
