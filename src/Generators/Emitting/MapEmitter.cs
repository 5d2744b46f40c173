using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The range map: one method per level. A leaf is written where the item is covered whole and both addresses are aligned to it.</summary>
internal static class MapEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var top = spec.Levels[spec.Top];
        Encode(code, spec);
        code.Lines("/// <inheritdoc/>");
        code.Open("public static MapStatus MapRange(ref MapRequest request, ulong root)");
        code.Lines("if (!TryEncode(request.Permissions, out var bits)) return request.Fail(MapStatus.BadPermissions, request.Input);");
        foreach (var level in spec.Levels.Where(level => level.CanLeaf))
            code.Lines(level.LeafValue == 0 || level.Level == 0 ? $"request.Bits[{level.Level}] = bits;" : $"request.Bits[{level.Level}] = bits | {Words.Hex(level.LeafValue)};");
        code.Lines($"return Map{top.Name}(ref request, root, request.Input, request.Last);");
        code.Close().Gap();
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec);
    }

    private static void Encode(CodeWriter code, FormatSpec spec)
    {
        var known = string.Join(" | ", spec.Rights.Select(right => "Permissions." + right.Right));
        code.Lines("// Everything of a leaf but its address and what its level adds. False: the format cannot say it.");
        code.Open("private static bool TryEncode(Permissions permissions, out ulong bits)");
        code.Lines($"bits = {Words.Hex(spec.Present.Value)};");
        code.Lines($"if ((permissions & ~({known})) != 0) return false;");
        foreach (var right in spec.Rights)
        {
            var granted = $"(permissions & Permissions.{right.Right})";
            if (right.Implied) code.Lines($"if ({granted} == 0) return false;");
            else code.Lines($"if ({granted} {(right.Denies ? "==" : "!=")} 0) bits |= {Words.Hex(right.Mask)};");
        }

        code.Lines($"return {Words.IsPresent(spec, "bits")};");
        code.Close().Gap();
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
            code.Open($"if (largeLeaves && itemLast - input == {Words.Hex(level.OffsetMask)})");
            code.Lines($"var leaf = (request.Delta + input) | request.Bits[{level.Level}];");
            code.Lines($"if ({e} == 0) TableItems.Publish(ref items, index, leaf);");
            if (level.CanTable) code.Lines($"else if (!ReplaceEmpty{level.Name}(ref request, ref items, index, {e}, leaf)) return request.Fail(MapStatus.AlreadyMapped, input);");
            else code.Lines("else return request.Fail(MapStatus.AlreadyMapped, input);");
            code.Lines($"request.Leaves[{level.Level}]++;").Close();
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
        if (level.CanLeaf && level.CanTable) Replace(code, spec, level, below, e);
    }

    private static void Descend(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        var bytes = Words.TableBytes(spec, below);
        code.Open($"if ({e} == 0)");
        if (below.Level == 0)
        {
            code.Open($"if (itemLast - input == {Words.Hex(level.OffsetMask)})");
            code.Lines("// The table will be full: it is written before anyone sees it, so it need not be empty first.");
            code.Lines($"if (!request.Arena.TryAllocate({bytes}, zeroed: false, out var full)) return request.Fail(MapStatus.OutOfTables, input);");
            code.Lines($"LeafFill.Fill(ref TableItems.Of(ref request.Arena.Memory.Table(full, {bytes})), {1 << below.Bits}, (request.Delta + input) | request.Bits[0], {Words.Hex(1UL << below.Shift)});");
            code.Lines($"{e} = TableItems.Exchange(ref items, index, full | {Words.Hex(spec.TableValue)}, expected: 0);");
            code.Open($"if ({e} == 0)");
            code.Lines($"request.Leaves[0] += {1 << below.Bits};").Lines("if (index == lastIndex) return MapStatus.Done;").Lines("input = itemLast + 1;").Lines("continue;").Close().Gap();
            code.Lines($"request.Arena.Free(full, {bytes});").Close();
            code.Open("else");
        }

        code.Lines($"if (!request.Arena.TryAllocate({bytes}, zeroed: true, out var child)) return request.Fail(MapStatus.OutOfTables, input);");
        code.Lines($"{e} = TableItems.Exchange(ref items, index, child | {Words.Hex(spec.TableValue)}, expected: 0);");
        code.Lines("// Lost the race: another writer's table stands there, ours was never seen.");
        code.Lines($"if ({e} != 0) request.Arena.Free(child, {bytes});");
        code.Lines($"else {e} = child | {Words.Hex(spec.TableValue)};");
        if (below.Level == 0) code.Close();
        code.Close().Gap();

        var notTable = Words.IsLeaf(level, e) is { } isLeaf ? $"{Words.IsAbsent(spec, e)} || {isLeaf}" : Words.IsAbsent(spec, e);
        code.Lines($"if ({notTable}) return request.Fail(MapStatus.AlreadyMapped, input);");
        code.Lines($"var status = Map{below.Name}(ref request, {e} & {Words.Hex(spec.AddressMask)}, input, itemLast);");
        code.Lines("if (status != MapStatus.Done) return status;");
    }

    /// <summary>A large leaf over a table that holds no leaf: the table goes, as generic_pt's map does it.</summary>
    private static void Replace(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        code.Lines($"// {level.Name} takes a leaf although a table stands there, if the table holds no leaf. Cold: tables that were emptied but kept.");
        code.Open($"private static bool ReplaceEmpty{level.Name}(ref MapRequest request, ref ulong items, nuint index, ulong {e}, ulong leaf)");
        code.Lines($"var table = {e} & {Words.Hex(spec.AddressMask)};");
        code.Lines($"if ({Words.IsAbsent(spec, e)} || {Words.IsLeaf(level, e)} || !IsEmpty{below.Name}(request.Arena, table)) return false;");
        code.Lines("request.BeginReplace();");
        code.Lines("TableItems.Publish(ref items, index, leaf);");
        code.Lines("LeafCounts none = default;");
        code.Lines($"Release{below.Name}(request.Arena, table, ref none);");
        code.Lines("request.EndReplace();");
        code.Lines("return true;");
        code.Close().Gap();
        code.Open($"private static bool IsEmpty{below.Name}(TableArena arena, ulong table)");
        code.Lines($"ref var items = ref TableItems.Of(ref arena.Memory.Table(table, {Words.TableBytes(spec, below)}));");
        if (below.Level == 0) code.Lines($"return LeafFill.FindOccupied(ref items, {1 << below.Bits}) == {1 << below.Bits};");
        else
        {
            var b = Words.Entry(below);
            code.Open($"for (nuint index = 0; index < {1 << below.Bits}; index++)");
            code.Lines($"var {b} = TableItems.Read(ref items, index);");
            code.Lines($"if ({b} == 0) continue;");
            var below2 = spec.Levels[below.Level - 1];
            var leafTest = Words.IsLeaf(below, b) is { } isLeaf ? $" || {isLeaf}" : "";
            code.Lines($"if ({Words.IsAbsent(spec, b)}{leafTest} || !IsEmpty{below2.Name}(arena, {b} & {Words.Hex(spec.AddressMask)})) return false;");
            code.Close().Gap().Lines("return true;");
        }

        code.Close().Gap();
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
        code.Lines($"LeafFill.Fill(ref items0, count, (request.Delta + input) | request.Bits[0], {Words.Hex(1UL << level.Shift)});");
        code.Lines("request.Leaves[0] += count;");
        code.Lines("return MapStatus.Done;");
        code.Close().Gap();
    }

    private static void Head(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item.");
        code.Open($"private static MapStatus Map{level.Name}(ref MapRequest request, ulong table, ulong input, ulong last)");
        code.Lines($"ref var items = ref TableItems.Of(ref request.Arena.Memory.Table(table, {Words.TableBytes(spec, level)}));");
    }
}
