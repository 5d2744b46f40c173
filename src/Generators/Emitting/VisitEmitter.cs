using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The visit of a range: one method per level, specialised by the JIT for what is done where leaves and tables are.</summary>
internal static class VisitEmitter
{
    private const string Where = "where TChange : struct, IRangeChange";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var root = spec.DynamicTop ? "root & ~7UL" : "root";
        code.Lines("/// <inheritdoc/>");
        code.Open($"public static bool Visit<TChange>(ref ChangeRequest request, ulong root)\n    {Where}");
        if (spec.DynamicTop)
        {
            code.Lines("// Nothing stands where the root does not reach.");
            code.Lines("var top = (int)root & 7;");
            code.Lines($"if (top < {spec.Top} && request.Input >> WidthOf(top) != 0) return true;");
            code.Lines($"if (top < {spec.Top}) request.Last = Math.Min(request.Last, (1UL << WidthOf(top)) - 1);");
        }

        FormatEmitter.PerTop(code, spec, level => $"return Visit{level.Name}<TChange>(ref request, {root}, request.Input, request.Last);");
        code.Close().Gap();
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec.Levels[0]);
    }

    private static void Level(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        var types = $"<{level.Name}Level, {below.Name}Level>";
        Head(code, level);
        code.Lines($"var index = {Words.Index(level, "input")};");
        code.Lines($"var lastIndex = {Words.Index(level, "last")};");
        code.Open("for (; ; index++)");
        code.Lines($"var itemLast = index == lastIndex ? last : input | {Words.Hex(level.OffsetMask)};");
        code.Lines($"var {e} = {Words.Access(spec, level, "Read")}(ref items, index);");
        code.Open($"if ({Words.IsAbsent(spec, e)})");
        code.Lines($"if (!TChange.AtHole(ref request, {e})) return false;").Close();
        if (level.CanLeaf)
        {
            code.Open(Words.IsLeaf(spec, level, e) is { } isLeaf ? $"else if ({isLeaf})" : "else");
            code.Lines($"if (!TChange.AtLeaf{types}(ref request, ref items, index, input)) return false;").Close();
        }

        if (level.CanTable)
        {
            code.Open($"else if (itemLast - input == {Words.Hex(level.OffsetMask)} && TChange.AtTable{types}(ref request, ref items, index, input))");
            code.Lines($"Visit{below.Name}<ReleaseTables>(ref request, {Addresses.Table(spec, e)}, input, itemLast);");
            code.Lines($"request.Arena.Free({Addresses.Table(spec, e)}, {Words.TableBytes(spec, below)});").Close();
            code.Lines($"else if (!Visit{below.Name}<TChange>(ref request, {Addresses.Table(spec, e)}, input, itemLast)) return false;");
        }

        code.Gap().Lines("if (index == lastIndex) return true;").Lines("input = itemLast + 1;");
        code.Close().Close().Gap();
    }

    private static void LastLevel(CodeWriter code, LevelSpec level)
    {
        Head(code, level);
        code.Lines($"var first = {Words.Index(level, "input")};");
        code.Lines($"return TChange.AtLast<{level.Name}Level>(ref request, ref items, first, ({Words.Index(level, "last")}) - first + 1, input);");
        code.Close().Gap();
    }

    private static void Head(CodeWriter code, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item.");
        code.Open($"private static bool Visit{level.Name}<TChange>(ref ChangeRequest request, ulong table, ulong input, ulong last)\n    {Where}");
        code.Lines("ref var items = ref TableItems.In(request.Arena, table);");
    }
}
