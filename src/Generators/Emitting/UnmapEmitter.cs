using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The range unmap and the release of whole subtrees: one method per level.</summary>
internal static class UnmapEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var top = spec.Levels[spec.Top];
        code.Lines("/// <inheritdoc/>");
        code.Lines("public static void UnmapRange(ref UnmapRequest request, ulong root) =>");
        code.Lines($"    Unmap{top.Name}(ref request, root, request.Input, request.Last);").Gap();
        code.Lines("/// <inheritdoc/>");
        code.Open("public static void FreeTables(TableArena arena, ulong root)");
        code.Lines("LeafCounts leaves = default;");
        code.Lines($"Release{top.Name}(arena, root, ref leaves);");
        code.Close().Gap();
        for (var level = spec.Top; level > 0; level--) Unmap(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        UnmapLast(code, spec);
        for (var level = spec.Top; level > 0; level--) Release(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        ReleaseLast(code, spec);
    }

    private static void Unmap(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        Head(code, spec, level);
        code.Lines($"var index = {Words.Index(level, "input")};");
        code.Lines($"var lastIndex = {Words.Index(level, "last")};");
        code.Open("for (; ; index++)");
        code.Lines($"var itemLast = index == lastIndex ? last : input | {Words.Hex(level.OffsetMask)};");
        code.Lines($"var {e} = TableItems.Read(ref items, index);");
        code.Open($"if (!({Words.IsAbsent(spec, e)}))");
        if (level.CanLeaf)
        {
            if (Words.IsLeaf(level, e) is { } isLeaf) code.Open($"if ({isLeaf})");
            code.Lines("TableItems.Publish(ref items, index, 0);").Lines($"request.Leaves[{level.Level}]++;");
            if (level.CanTable) code.Close();
        }

        if (level.CanTable)
        {
            code.Open($"{(level.CanLeaf ? "else " : "")}if (!request.KeepTables && itemLast - input == {Words.Hex(level.OffsetMask)})");
            code.Lines("// All that the table maps goes: unlink it first, then count what it held and give it back.");
            code.Lines("TableItems.Publish(ref items, index, 0);");
            code.Lines($"Release{below.Name}(request.Arena, {e} & {Words.Hex(spec.AddressMask)}, ref request.Leaves);").Close();
            code.Open("else");
            code.Lines($"Unmap{below.Name}(ref request, {e} & {Words.Hex(spec.AddressMask)}, input, itemLast);").Close();
        }

        code.Close().Gap();
        code.Lines("if (index == lastIndex) return;").Lines("input = itemLast + 1;");
        code.Close().Close().Gap();
    }

    private static void UnmapLast(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        Head(code, spec, level);
        code.Lines($"var first = {Words.Index(level, "input")};");
        code.Lines($"var count = ({Words.Index(level, "last")}) - first + 1;");
        code.Lines("request.Leaves[0] += LeafFill.Clear(ref Unsafe.Add(ref items, first), count);");
        code.Close().Gap();
    }

    private static void Release(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        code.Open($"private static void Release{level.Name}(TableArena arena, ulong table, ref LeafCounts leaves)");
        code.Lines($"ref var items = ref TableItems.Of(ref arena.Memory.Table(table, {Words.TableBytes(spec, level)}));");
        code.Open($"for (nuint index = 0; index < {1 << level.Bits}; index++)");
        code.Lines($"var {e} = TableItems.Read(ref items, index);");
        code.Lines($"if ({Words.IsAbsent(spec, e)}) continue;");
        if (level.CanLeaf) code.Lines(Words.IsLeaf(level, e) is { } isLeaf ? $"if ({isLeaf}) leaves[{level.Level}]++;" : $"leaves[{level.Level}]++;");
        if (level.CanTable) code.Lines($"{(level.CanLeaf ? "else " : "")}Release{below.Name}(arena, {e} & {Words.Hex(spec.AddressMask)}, ref leaves);");
        code.Close().Gap();
        code.Lines($"arena.Free(table, {Words.TableBytes(spec, level)});");
        code.Close().Gap();
    }

    private static void ReleaseLast(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        var bytes = Words.TableBytes(spec, level);
        code.Open($"private static void Release{level.Name}(TableArena arena, ulong table, ref LeafCounts leaves)");
        code.Lines($"leaves[0] += LeafFill.Count(ref TableItems.Of(ref arena.Memory.Table(table, {bytes})), {1 << level.Bits});");
        code.Lines($"arena.Free(table, {bytes});");
        code.Close();
    }

    private static void Head(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item.");
        code.Open($"private static void Unmap{level.Name}(ref UnmapRequest request, ulong table, ulong input, ulong last)");
        code.Lines($"ref var items = ref TableItems.Of(ref request.Arena.Memory.Table(table, {Words.TableBytes(spec, level)}));");
    }
}
