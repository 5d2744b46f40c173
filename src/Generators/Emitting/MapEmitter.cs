using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The range map: one method per level. A leaf is written where the item is covered whole and both addresses are aligned to it.</summary>
internal static class MapEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Open("public static MapStatus MapRange(ref MapRequest request, ulong root)");
        code.Lines("if (!TryEncode(request.Permissions, out var bits)) return request.Fail(MapStatus.BadPermissions, request.Input);");
        foreach (var level in spec.Levels.Where(level => level.CanLeaf))
            code.Lines($"request.Bits[{level.Level}] = bits{(level.LeafValue == 0 ? "" : $" | {Words.Hex(level.LeafValue)}")};");
        var root = spec.DynamicTop ? "root & ~7UL" : "root";
        FormatEmitter.PerTop(code, spec, level => $"return Map{level.Name}(ref request, {root}, request.Input, request.Last);");
        code.Close().Gap();
        RootEmitter.Emit(code, spec);
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec);
    }

    private static void Level(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        Head(code, spec, level);
        code.Lines($"var index = {Words.Index(level, "input")};");
        code.Lines($"var lastIndex = {Words.Index(level, "last")};");
        if (level.CanLeaf) code.Lines($"var largeLeaves = (request.Delta & {Words.Hex(level.OffsetMask)}) == 0 && request.LargestShift >= {level.Shift};");
        code.Open("for (; ; index++)");
        code.Lines($"var itemLast = index == lastIndex ? last : input | {Words.Hex(level.OffsetMask)};");
        code.Lines($"var {e} = TableItems.Read(ref items, index);");
        if (level.CanLeaf)
        {
            Leaf(code, spec, level, e);
        }

        if (level.CanTable)
        {
            if (level.CanLeaf) code.Open("else");
            Descend(code, spec, level, below, e);
            if (level.CanLeaf) code.Close();
        }

        code.Gap().Lines("if (index == lastIndex) return MapStatus.Done;");
        code.Lines("input = itemLast + 1;");
        code.Close().Close().Gap();
        if (level.CanLeaf && level.CanTable) ReplaceEmitter.Emit(code, spec, level, below, e);
    }

    /// <summary>Whether the size of a single item is one that is not to be written.</summary>
    public static bool HasRunsOnly(LevelSpec level) => level.Contiguity is { } contiguity && contiguity.ExceptShift == level.Shift;

    private static void Leaf(CodeWriter code, FormatSpec spec, LevelSpec level, string e)
    {
        var whole = $"largeLeaves && itemLast - input == {Words.Hex(level.OffsetMask)}";
        var single = $"({Addresses.Encode(spec, "(request.Delta + input)")}) | request.Bits[{level.Level}]";
        // A size that hardware gets wrong may be this level's own: then only a run of several items makes a leaf here.
        var runsOnly = HasRunsOnly(level);
        if (level.Contiguity != null) code.Lines($"var lg2 = {whole} ? RunOf{level.Name}(request, input, last) : 0;");
        if (level.Contiguity != null)
        {
            code.Open($"if (lg2 != 0 && Vacate{level.Name}(ref request, ref Unsafe.Add(ref items, index), (nuint)1 << lg2))");
            code.Lines($"WriteRunOf{level.Name}(request, ref Unsafe.Add(ref items, index), input, lg2);");
            code.Lines($"request.Leaves[{level.Level}] += 1UL << lg2;");
            code.Lines("index += ((nuint)1 << lg2) - 1;");
            code.Lines($"itemLast = input + (({Words.Hex(1UL << level.Shift)} << lg2) - 1);");
            code.Close();
        }

        if (runsOnly) return;
        code.Open($"{(level.Contiguity != null ? "else " : "")}if ({whole})");
        code.Lines($"var leaf = {single};");
        code.Lines($"if ({e} == 0) TableItems.Publish(ref items, index, leaf);");
        if (level.CanTable) code.Lines($"else if (!ReplaceEmpty{level.Name}(ref request, ref items, index, {e}, leaf)) return request.Fail(MapStatus.AlreadyMapped, input);");
        else code.Lines("else return request.Fail(MapStatus.AlreadyMapped, input);");
        code.Lines($"request.Leaves[{level.Level}]++;").Close();
    }

    private static void Descend(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        var bytes = Words.TableBytes(spec, below);
        var link = Words.Hex(level.TableValue);
        code.Open($"if ({e} == 0)");
        if (below.Level == 0)
        {
            code.Open($"if (itemLast - input == {Words.Hex(level.OffsetMask)})");
            code.Lines("// The table will be full: it is written before anyone sees it, so it need not be empty first.");
            code.Lines($"if (!request.Arena.TryAllocate({bytes}, zeroed: false, out var full)) return request.Fail(MapStatus.OutOfTables, input);");
            code.Lines($"Fill{below.Name}(request, ref TableItems.Of(ref request.Arena.Memory.Table(full, {bytes})), {below.Items}, input);");
            code.Lines($"{e} = TableItems.Exchange(ref items, index, {Addresses.Encode(spec, "full")} | {link}, expected: 0);");
            code.Open($"if ({e} == 0)");
            code.Lines($"request.Leaves[0] += {below.Items};").Lines("if (index == lastIndex) return MapStatus.Done;").Lines("input = itemLast + 1;").Lines("continue;").Close().Gap();
            code.Lines($"request.Arena.Free(full, {bytes});").Close();
            code.Open("else");
        }

        code.Lines($"if (!request.Arena.TryAllocate({bytes}, zeroed: true, out var child)) return request.Fail(MapStatus.OutOfTables, input);");
        code.Lines($"var link = {Addresses.Encode(spec, "child")} | {link};");
        code.Lines($"{e} = TableItems.Exchange(ref items, index, link, expected: 0);");
        code.Lines("// Lost the race: another writer's table stands there, ours was never seen.");
        code.Lines($"if ({e} != 0) request.Arena.Free(child, {bytes});");
        code.Lines($"else {e} = link;");
        if (below.Level == 0) code.Close();
        code.Close().Gap();

        var notTable = Words.IsLeaf(spec, level, e) is { } isLeaf ? $"{Words.IsAbsent(spec, e)} || {isLeaf}" : Words.IsAbsent(spec, e);
        code.Lines($"if ({notTable}) return request.Fail(MapStatus.AlreadyMapped, input);");
        code.Lines($"var status = Map{below.Name}(ref request, {Addresses.Table(spec, e)}, input, itemLast);");
        code.Lines("if (status != MapStatus.Done) return status;");
    }

    private static void LastLevel(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        Head(code, spec, level);
        code.Lines($"var first = {Words.Index(level, "input")};");
        code.Lines($"var count = ({Words.Index(level, "last")}) - first + 1;");
        code.Lines("ref var items0 = ref Unsafe.Add(ref items, first);");
        code.Lines("var free = LeafFill.FindOccupied(ref items0, count);");
        code.Lines($"if (free != count) return request.Fail(MapStatus.AlreadyMapped, input + ((ulong)free << {level.Shift}));");
        code.Lines($"Fill{level.Name}(request, ref items0, count, input);");
        code.Lines("request.Leaves[0] += count;");
        code.Lines("return MapStatus.Done;");
        code.Close().Gap();
        FillEmitter.Emit(code, spec, level);
    }

    private static void Head(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item.");
        code.Open($"private static MapStatus Map{level.Name}(ref MapRequest request, ulong table, ulong input, ulong last)");
        code.Lines($"ref var items = ref TableItems.Of(ref request.Arena.Memory.Table(table, {Words.TableBytes(spec, level)}));");
    }
}
