using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The descent that trusts its tables: one load, one test for presence and one for a leaf at each level.</summary>
internal sealed class DescentEmitter(CodeWriter code, FormatSpec spec, string miss, string skip, bool rights = false, int lastLevel = 0)
{
    /// <summary>Emits it; <paramref name="atLeaf"/> ends the method at a leaf, <paramref name="atEnd"/> with the table below the last level.</summary>
    public void Emit(Action<LevelSpec, string> atLeaf, Action<string>? atEnd = null)
    {
        var accumulate = rights && spec.AccumulatesRights;
        Start(code, spec, miss, accumulate);
        var table = spec.DynamicTop ? "at" : "root";
        foreach (var level in spec.Levels.Reverse().Where(level => level.Level >= lastLevel))
        {
            var e = Words.Entry(level);
            var guarded = spec.DynamicTop && level.Level > 0;
            if (guarded) code.Gap().Open($"if (top >= {level.Level})");
            else code.Gap();
            Read(code, spec, level, table, miss);
            code.Lines($"if ({Words.IsAbsent(spec, e)}) {miss}");
            if (level.CanLeaf)
            {
                if (Words.IsLeaf(spec, level, e) is { } isLeaf) code.Open($"if ({isLeaf})");
                atLeaf(level, e);
                if (level.CanTable) code.Close();
            }

            if (level.CanTable)
            {
                if (spec.NextLevel != null) code.Lines($"if ({Words.Links(spec, level, e, "!=")}) {skip}");
                if (accumulate) RightsEmitter.Accumulate(code, spec, level, e);
                if (spec.DynamicTop) code.Lines($"at = {Addresses.Table(spec, e)};");
                else table = Addresses.Table(spec, e);
            }

            if (guarded) code.Close();
        }

        atEnd?.Invoke(table);
    }

    /// <summary>The input address, checked; with a growing root also where and at which level to begin.</summary>
    public static void Start(CodeWriter code, FormatSpec spec, string miss, bool accumulate)
    {
        code.Lines("var ia = input.Value;");
        if (Words.IsNoInput(spec, "ia") is { } bad) code.Lines($"if ({bad}) {miss}");
        if (spec.DynamicTop)
        {
            code.Lines("// The root word carries its level: both are read at once.");
            code.Lines("var at = root & ~7UL;").Lines("var top = (int)root & 7;");
            code.Lines($"if (top < {spec.Top} && ia >> WidthOf(top) != 0) {miss}");
        }

        if (accumulate) code.Lines("var (allow, deny) = (ulong.MaxValue, 0UL);");
    }

    /// <summary>Reads the item of a level into the local named after it.</summary>
    public static void Read(CodeWriter code, FormatSpec spec, LevelSpec level, string table, string notBacked)
    {
        var e = Words.Entry(level);
        code.Lines($"// {level.Name}: input bits {level.Shift + level.Bits - 1}:{level.Shift}, {Words.Size(level.Shift)} an item");
        code.Lines($"if (!TableItems.TryRead(memory, {table}, {Words.TableBytes(spec, level)}, {Words.Index(level, "ia")}, out var {e})) {notBacked}");
    }
}
