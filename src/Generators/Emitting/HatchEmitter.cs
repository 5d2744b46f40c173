using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>What one entry is: first by the declaration, then through the struct's own <c>DecodeEntry</c>.</summary>
internal static class HatchEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <summary>Changes what is irregular about an entry; <paramref name=\"entry\"/> holds what the declaration says of it.</summary>");
        code.Lines("private static partial void DecodeEntry(int level, int slot, ulong raw, ref HatchedEntry entry);").Gap();
        foreach (var level in spec.Levels.Reverse()) Decode(code, spec, level, Parameter(spec, level), Slot(spec, level));
        if (spec.Hatch!.Big is { } big) Decode(code, spec, big, "", "0");
        Any(code, spec);
    }

    /// <summary>The entry of any level, for what decodes by facts.</summary>
    private static void Any(CodeWriter code, FormatSpec spec)
    {
        code.Open("private static void DecodeByLevel(int level, int slot, ulong raw, ref HatchedEntry entry)");
        foreach (var level in spec.Levels.Reverse().Where(level => level.Level > 0))
            code.Lines($"{(level.Level == spec.Top ? "" : "else ")}if (level == {level.Level}) Decode{level.Name}({(IsDual(spec, level) ? "slot, " : "")}raw, ref entry);");
        var rest = spec.Top == 0 ? "" : "else ";
        if (spec.Hatch!.Big is { } big) code.Lines($"{rest}if (slot == 0) Decode{big.Name}(raw, ref entry);");
        code.Lines($"{(spec.Hatch.Big == null ? rest : "else ")}Decode{spec.Levels[0].Name}(raw, ref entry);");
        code.Close().Gap();
    }

    /// <summary>Statement that decodes <paramref name="entry"/>, an entry of <paramref name="level"/>.</summary>
    public static string Call(FormatSpec spec, LevelSpec level, string entry, int slot) =>
        $"Decode{level.Name}({(IsDual(spec, level) ? slot + ", " : "")}{entry}, ref hatched);";

    /// <summary>Whether an entry of <paramref name="level"/> points to two tables.</summary>
    public static bool IsDual(FormatSpec spec, LevelSpec level) => level.Level == 1 && spec.Hatch?.Big != null;

    private static string Parameter(FormatSpec spec, LevelSpec level) => IsDual(spec, level) ? "int slot, " : "";

    /// <summary>The slot as emitted code knows it: the small table belongs to slot 1, as the word that points to it.</summary>
    private static string Slot(FormatSpec spec, LevelSpec level) => IsDual(spec, level) ? "slot" : level.Level == 0 && spec.Hatch!.Big != null ? "1" : "0";

    private static void Decode(CodeWriter code, FormatSpec spec, LevelSpec level, string parameter, string slot)
    {
        var dual = IsDual(spec, level);
        var kindFault = $"entry.End(WalkStatus.{spec.KindFault});";
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"private static void Decode{level.Name}({parameter}ulong raw, ref HatchedEntry entry)");
        code.Lines($"if ({Words.IsAbsent(spec, "raw")}) entry.End(WalkStatus.NotPresent);");
        if (level.CanLeaf)
        {
            var test = Words.LeafTest(spec, level, "raw");
            var condition = test == "true" ? "" : $"if ({(dual ? "slot == 0 && " : "")}{test}) ";
            code.Lines($"else {condition}entry.SetLeaf({Addresses.Leaf(spec, level, "raw")}, PermissionsOf(raw, 0, 0));");
        }

        if (level.CanTable)
        {
            var condition = level.TableWhen.IsAlways ? "" : $"if ({Words.Matches(level.TableWhen, "raw")}) ";
            code.Lines($"else {condition}entry.SetTable({Addresses.Table(spec, "raw")});");
        }

        var exhaustive = level.CanTable ? level.TableWhen.IsAlways : Words.LeafTest(spec, level, "raw") == "true";
        if (!exhaustive) code.Lines("else " + kindFault);
        code.Gap().Lines($"DecodeEntry({level.Level}, {slot}, raw, ref entry);");
        var nots = new List<string>();
        if (!level.CanLeaf) nots.Add("entry.Kind == EntryKind.Leaf");
        else if (dual) nots.Add("slot == 1 && entry.Kind == EntryKind.Leaf");
        if (!level.CanTable) nots.Add("entry.Kind == EntryKind.Table");
        if (nots.Count != 0) code.Lines($"if ({string.Join(" || ", nots)}) {kindFault}");
        code.Close().Gap();
    }
}
