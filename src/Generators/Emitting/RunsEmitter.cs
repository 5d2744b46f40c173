using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The range scan: one method per level, a vector scanner for the last one.</summary>
internal static class RunsEmitter
{
    private const string Where = "    where TScan : struct, IRunScanner\n    where TMemory : ITableMemory, allows ref struct";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Open($"public static bool ReadRuns<TScan, TMemory>(in TMemory memory, ulong root, ulong input, ulong last, ref RunWriter writer, out ulong stoppedAt)\n{Where}");
        if (spec.DynamicTop)
        {
            code.Lines("var top = (int)root & 7;");
            code.Open($"if (top < {spec.Top})");
            code.Lines("// What the root does not reach yet is a hole.");
            code.Lines("var reach = (1UL << WidthOf(top)) - 1;");
            code.Open("if (input > reach)").Lines("writer.Close();").Lines("stoppedAt = 0;").Lines("return true;").Close().Gap();
            code.Lines("last = Math.Min(last, reach);").Close().Gap();
        }

        var root = spec.DynamicTop ? "root & ~7UL" : "root";
        FormatEmitter.PerTop(code, spec, level => $"return ReadRuns{level.Name}<TScan, TMemory>(memory, {root}, ulong.MaxValue, 0, input, last, ref writer, out stoppedAt);");
        code.Close().Gap();
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec);
        LastLevelEmitter.Emit(code, spec);
        BatchEmitter.Emit(code, spec);
    }

    private static void Level(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        Head(code, spec, level);
        code.Lines($"var index = {Words.Index(level, "input")};");
        code.Lines($"var lastIndex = {Words.Index(level, "last")};");
        code.Open("for (; ; index++)");
        code.Lines($"var itemLast = index == lastIndex ? last : input | {Words.Hex(level.OffsetMask)};");
        code.Lines($"var {e} = TableItems.Read(ref items, index);");
        code.Open($"if ({Words.IsAbsent(spec, e)})").Lines("writer.Close();").Close();
        if (level.CanLeaf)
        {
            code.Open(Words.IsLeaf(spec, level, e) is { } isLeaf ? $"else if ({isLeaf})" : "else");
            LargeLeaves(code, spec, level, e);
            code.Close();
        }

        if (level.CanTable)
        {
            var above = spec.AccumulatesRights ? $"allow & ({RightsEmitter.Allow(spec, level, e)}), deny | ({RightsEmitter.Deny(spec, level, e)})" : "allow, deny";
            code.Open($"else if (!ReadRuns{below.Name}<TScan, TMemory>(memory, {Addresses.Table(spec, e)}, {above}, input, itemLast, ref writer, out stoppedAt))");
            code.Lines("return false;").Close();
        }

        code.Gap().Open("if (index == lastIndex)").Lines("stoppedAt = 0;").Lines("return true;").Close().Gap();
        code.Lines("input = itemLast + 1;");
        code.Close().Close().Gap();
    }

    /// <summary>A large leaf, and with it all that follow in the same table and continue it.</summary>
    private static void LargeLeaves(CodeWriter code, FormatSpec spec, LevelSpec level, string e)
    {
        var rights = spec.Rights.Where(right => right.InLeaf).Aggregate(0UL, (mask, right) => mask | right.Mask | right.UnlessMask);
        var kind = spec.NextLevel?.Mask ?? level.LeafWhen.Bits;
        var compare = Words.Hex(spec.LeafAddressMask(level) | spec.Present.Bits | kind | rights);
        var step = Words.Hex(spec.Step(level));
        code.Lines("// Items that continue this one belong to its run: one comparison each, nothing is decoded.");
        code.Lines("nuint more = 0;");
        code.Lines($"var next = ({e} & {compare}) + {step};");
        // The same word in several items does not count on; two leaves beside each other may look as if it did.
        var single = level.Contiguity is { Replicates: true } several ? $"({e} & {Words.Hex(spec.NextLevel?.Mask ?? several.Flag)}) == 0 && " : "";
        code.Open($"while ({single}index + more < lastIndex && (TableItems.Read(ref items, index + more + 1) & {compare}) == next)");
        code.Lines("more++;").Lines($"next += {step};").Close().Gap();
        code.Open("if (more != 0)");
        code.Lines("index += more;").Lines($"itemLast = index == lastIndex ? last : itemLast + (more << {level.Shift});").Close().Gap();
        code.Lines($"var pfn = new Pfn({Addresses.Pfn(spec, level, e, "input")});");
        code.Open($"if (!writer.TryAppend(new Iova(input), pfn, (itemLast - input >> 12) + 1, PermissionsOf({e}, allow, deny)))");
        code.Lines("stoppedAt = input;").Lines("return false;").Close().Gap();
        code.Lines($"writer.Leaves[{level.Level}] += more + 1;");
    }

    private static void LastLevel(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        Head(code, spec, level);
        var tableMask = level.Shift + level.Bits >= 64 ? "0" : $"input & ~{Words.Hex((1UL << (level.Shift + level.Bits)) - 1)}";
        code.Lines($"var tableInput = {tableMask};");
        code.Lines($"var end = ({Words.Index(level, "last")}) + 1;");
        code.Lines($"var stopped = TScan.Scan<{level.Name}Items>(ref items, {Words.Index(level, "input")}, end, tableInput, allow, deny, ref writer);");
        code.Lines($"stoppedAt = tableInput + ((ulong)stopped << {level.Shift});");
        code.Lines("return stopped == end;").Close().Gap();
    }

    private static void Head(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item. input..last lies within this table; allow and deny are AND and OR of the entries above.");
        code.Open($"private static bool ReadRuns{level.Name}<TScan, TMemory>(\n    in TMemory memory, ulong table, ulong allow, ulong deny, ulong input, ulong last, ref RunWriter writer, out ulong stoppedAt)\n{Where}");
        code.Lines($"ref var items = ref TableItems.Of(ref memory.Table(table, {Words.TableBytes(spec, level)}));");
        code.Open("if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref items))");
        code.Lines("writer.Close();").Lines("stoppedAt = 0;").Lines("return true;").Close().Gap();
    }
}
