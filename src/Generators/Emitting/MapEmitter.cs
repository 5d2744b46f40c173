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
        code.Lines("request.Root = root;");
        foreach (var level in spec.Levels.Where(level => level.CanLeaf))
            code.Lines($"request.Bits[{level.Level}] = bits{(level.LeafValue == 0 ? "" : $" | {Words.Hex(level.LeafValue)}")};");
        var root = spec.DynamicTop ? "root & ~7UL" : "root";
        code.Open("try");
        FormatEmitter.PerTop(code, spec, level => $"return Map{level.Name}(ref request, {root}, request.Input, request.Last);");
        code.Close().Open("finally");
        code.Lines("request.ReturnTables();");
        code.Close().Close().Gap();
        RootEmitter.Emit(code, spec);
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec);
    }

    private static void Level(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        Head(code, level);
        code.Lines($"var index = {Words.Index(level, "input")};");
        code.Lines($"var lastIndex = {Words.Index(level, "last")};");
        if (level.CanLeaf) code.Lines($"var largeLeaves = (request.Delta & {Words.Hex(level.OffsetMask)}) == 0 && request.LargestShift >= {level.Shift};");
        code.Open("for (; ; index++)");
        code.Lines($"var itemLast = index == lastIndex ? last : input | {Words.Hex(level.OffsetMask)};");
        code.Lines($"var {e} = {Words.Access(spec, level, "Read")}(ref items, index);");
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
    }

    private static void Leaf(CodeWriter code, FormatSpec spec, LevelSpec level, string e)
    {
        var whole = $"largeLeaves && itemLast - input == {Words.Hex(level.OffsetMask)}";
        var branch = "if";
        if (level.Contiguity != null)
        {
            code.Open($"if ({whole} && {(level.CanTable ? $"TableReplacement.TryMapRun<{spec.Type.Name}, {level.Name}Level>" : $"LeafRuns.TryMap<{level.Name}Level>")}(ref request, ref items, ref index, input, last, ref itemLast))");
            code.Lines("// A leaf of several items stands; index and itemLast are at its last.");
            code.Close();
            branch = "else if";
        }

        if (level.Contiguity == null && spec.IsLinear)
        {
            code.Open($"if (largeLeaves && {e} == 0 && LargeFill.TryFill<{level.Name}Level>(ref request, ref items, ref index, lastIndex, input, last, ref itemLast))");
            code.Lines("// A stretch of leaves stands; index and itemLast are at its last.");
            code.Close();
            branch = "else if";
        }

        // A size that hardware gets wrong may be this level's own: then only a run of several items makes a leaf here.
        if (level.Contiguity is { } contiguity && contiguity.ExceptShift == level.Shift) return;
        code.Open($"{branch} ({whole})");
        code.Lines($"var leaf = {Addresses.Encode(spec, "(request.Delta + input)")} | request.Bits[{level.Level}];");
        code.Lines($"if ({e} == 0) {Words.Access(spec, level, "Publish")}(ref items, index, leaf);");
        if (level.CanTable) code.Lines($"else if (!TableReplacement.TryReplace<{spec.Type.Name}, {level.Name}Level>(request, input, {e}, leaf)) return request.Fail(MapStatus.AlreadyMapped, input);");
        else code.Lines("else return request.Fail(MapStatus.AlreadyMapped, input);");
        code.Lines($"request.Leaves[{level.Level}]++;").Close();
    }

    private static void Descend(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        var bytes = Words.TableBytes(spec, below);
        if (below.Level == 0)
        {
            code.Open($"if ({e} == 0 && itemLast - input == {Words.Hex(level.OffsetMask)})");
            code.Lines("// The table will be full: it is written before anyone sees it, so it need not be empty first.");
            code.Lines($"if (!request.TryTakeFull<{level.Name}Level, {below.Name}Level>(ref items, index, lastIndex, last, out var full)) return request.Fail(MapStatus.OutOfTables, input);");
            code.Lines($"Fill{below.Name}(request, ref TableItems.In(request.Arena, full), {below.Items}, input);");
            code.Open($"if (TableInstall.TryPublish<{level.Name}Level>(request.Arena, ref items, index, full, {bytes}, ref {e}))");
            code.Lines($"request.Leaves[0] += {below.Items};").Lines("if (index == lastIndex) return MapStatus.Done;").Lines("input = itemLast + 1;").Lines("continue;").Close().Close();
        }

        code.Lines($"if ({e} == 0 && !TableInstall.TryInstall<{level.Name}Level>(request.Arena, ref items, index, {bytes}, ref {e})) return request.Fail(MapStatus.OutOfTables, input);");
        var notTable = Words.IsLeaf(spec, level, e) is { } isLeaf ? $"{Words.IsAbsent(spec, e)} || {isLeaf}" : Words.IsAbsent(spec, e);
        code.Lines($"if ({notTable}) return request.Fail(MapStatus.AlreadyMapped, input);");
        if (spec.NextLevel != null) code.Lines($"if ({Words.Links(spec, level, e, "!=")}) SkippedLevels.Refuse<{level.Name}Level>({e}, input);");
        code.Lines($"var status = Map{below.Name}(ref request, {Addresses.Table(spec, e)}, input, itemLast);");
        code.Lines("if (status != MapStatus.Done) return status;");
    }

    private static void LastLevel(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        Head(code, level);
        code.Lines($"var first = {Words.Index(level, "input")};");
        code.Lines($"var count = ({Words.Index(level, "last")}) - first + 1;");
        code.Lines($"ref var items0 = ref {Words.ItemsFrom(spec, level, "first")};");
        code.Lines($"var free = {Words.Stretch(spec, level, "FindOccupied")}(ref items0, count);");
        code.Lines($"if (free != count) return request.Fail(MapStatus.AlreadyMapped, input + ((ulong)free << {level.Shift}));");
        code.Lines($"Fill{level.Name}(request, ref items0, count, input);");
        code.Lines("request.Wrote(table, count);");
        code.Lines("return MapStatus.Done;");
        code.Close().Gap();
        FillEmitter.Emit(code, spec, level);
    }

    private static void Head(CodeWriter code, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item.");
        code.Open($"private static MapStatus Map{level.Name}(ref MapRequest request, ulong table, ulong input, ulong last)");
        code.Lines("ref var items = ref TableItems.In(request.Arena, table);");
    }
}
