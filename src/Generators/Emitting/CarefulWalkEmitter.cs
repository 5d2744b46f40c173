using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The walk that trusts nothing: reserved bits, refused combinations and kinds are looked at, and the reason is told.</summary>
internal static class CarefulWalkEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Open("public static WalkResult Walk<TMemory>(in TMemory memory, ulong root, Iova input)\n    where TMemory : ITableMemory, allows ref struct");
        DescentEmitter.Start(code, spec, $"return WalkResult.Ended(WalkStatus.BadInput, {spec.Top + 1}, 0);", spec.AccumulatesRights);
        code.Lines("var entry = root;");
        var table = spec.DynamicTop ? "at" : "root";
        foreach (var level in spec.Levels.Reverse())
        {
            var e = Words.Entry(level);
            var guarded = spec.DynamicTop && level.Level > 0;
            if (guarded) code.Gap().Open($"if (top >= {level.Level})");
            else code.Gap();
            DescentEmitter.Read(code, spec, level, table, $"return WalkResult.Ended(WalkStatus.NotBacked, {level.Level + 1}, entry);");
            code.Lines($"if ({Words.IsAbsent(spec, e)}) {Ended("NotPresent", level, e)}");
            // Where leaves and tables are refused alike that is looked at once.
            var alike = level.CanLeaf && level.CanTable && level.TableWhen.IsAlways && RefusedAs(spec, level, true) == RefusedAs(spec, level, false);
            if (alike) Refusals(code, spec, level, e, leaf: true);
            AsLeaf(code, spec, level, e, alike);
            AsTable(code, spec, level, e, alike);
            if (level.CanTable)
            {
                code.Lines($"entry = {e};");
                if (spec.DynamicTop) code.Lines($"at = {Addresses.Table(spec, e)};");
                else table = Addresses.Table(spec, e);
            }

            if (guarded) code.Close();
        }

        if (spec.NextLevel != null && spec.Top > 0)
            code.Gap().Lines("// Not the next lower level: a skip, which no known software writes, or an error. The plain walker tells.").Lines("skipped:").Lines("return ReferenceWalker.Walk(Facts, memory, root, input, FormatLimits.None);");
        code.Close().Gap();
    }

    private static void AsLeaf(CodeWriter code, FormatSpec spec, LevelSpec level, string e, bool alike)
    {
        var test = Words.LeafTest(spec, level, e);
        if (!level.CanLeaf)
        {
            // A field can say leaf where the level has none; where there is no such field the reserved bits say it.
            if (spec.NextLevel != null) code.Lines($"if ({test}) {Ended(spec.KindFault, level, e)}");
            return;
        }

        var always = test == "true";
        if (!always) code.Open($"if ({test})");
        if (!alike) Refusals(code, spec, level, e, leaf: true);
        ContiguityEmitter.Check(code, spec, level, e);
        code.Lines($"return WalkResult.AtLeaf({level.Level}, {e}, {WalkEmitter.LeafValue(spec, level, e)});");
        if (!always) code.Close().Gap();
        if (!always && !level.CanTable) code.Lines(Ended(spec.KindFault, level, e));
    }

    private static void AsTable(CodeWriter code, FormatSpec spec, LevelSpec level, string e, bool alike)
    {
        if (!level.CanTable) return;
        if (!level.TableWhen.IsAlways) code.Lines($"if ({Words.Differs(level.TableWhen, e)}) {Ended(spec.KindFault, level, e)}");
        if (!alike) Refusals(code, spec, level, e, leaf: false);
        if (spec.NextLevel != null) code.Lines($"if ({Words.Links(spec, level, e, "!=")}) goto skipped;");

        RightsEmitter.Accumulate(code, spec, level, e);
    }

    /// <summary>Tests of one kind of entry for bits that must be zero and combinations that are refused.</summary>
    public static void Refusals(CodeWriter code, FormatSpec spec, LevelSpec level, string e, bool leaf)
    {
        var mask = spec.ReservedMask(level.Level, leaf);
        if (mask != 0) code.Lines($"if (({e} & {Words.Hex(mask)}) != 0) {Ended(spec.ReservedFault, level, e)}");
        foreach (var forbidden in spec.Forbidden.Where(forbidden => forbidden.AppliesTo(level.Level, leaf)))
            code.Lines($"if (({e} & {Words.Hex(forbidden.Mask)}) == {Words.Hex(forbidden.Value)}) {Ended(forbidden.Fault, level, e)}");
    }

    private static string RefusedAs(FormatSpec spec, LevelSpec level, bool leaf) => string.Join(
        ";", spec.Forbidden.Where(forbidden => forbidden.AppliesTo(level.Level, leaf)).Select(forbidden => $"{forbidden.Mask}={forbidden.Value}").Prepend($"{spec.ReservedMask(level.Level, leaf)}"));

    private static string Ended(string status, LevelSpec level, string e) => $"return WalkResult.Ended(WalkStatus.{status}, {level.Level}, {e});";
}
