using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The range scan: one method per level, a vector scanner for the last one.</summary>
internal static class RunsEmitter
{
    private const string Where = "    where TScan : struct, IRunScanner where TMemory : ITableMemory, allows ref struct";

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
            code.Lines("stoppedAt = 0;").Lines("if (input > reach) return writer.Skip();");
            code.Lines("last = Math.Min(last, reach);").Close().Gap();
        }

        var root = spec.DynamicTop ? "root & ~7UL" : "root";
        code.Lines(spec.DynamicTop ? "bool complete;" : "// input..last lies within each table; allow and deny are AND and OR of the entries above it.");
        FormatEmitter.PerTop(code, spec, level =>
            $"{(spec.DynamicTop ? "" : "var ")}complete = ReadRuns{level.Name}<TScan, TMemory>(memory, {root}, ulong.MaxValue, 0, input, last, ref writer);{(spec.DynamicTop ? " break;" : "")}");
        code.Lines("stoppedAt = writer.StoppedAt;").Lines("return complete;");
        code.Close().Gap();
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec);
        LastLevelEmitter.Emit(code, spec);
        if (spec.NextLevel != null && spec.Top > 1) Skipped(code, spec);
        code.Lines("/// <inheritdoc/>");
        code.Lines("public static int TranslateBatch<TMemory>(in TMemory memory, ulong root, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)");
        code.Lines("    where TMemory : ITableMemory, allows ref struct =>");
        code.Lines($"    BatchTranslation.Translate<{spec.Type.Name}, {spec.Levels[0].Name}Level, TMemory>(memory, root, inputs, outputs);").Gap();
    }

    private static void Level(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below)
    {
        var e = Words.Entry(level);
        Head(code, spec, level);
        code.Lines($"var index = {Words.Index(level, "input")};");
        code.Lines($"var lastIndex = {Words.Index(level, "last")};");
        code.Open("for (; ; index++)");
        code.Lines($"var itemLast = index == lastIndex ? last : input | {Words.Hex(level.OffsetMask)};");
        code.Lines($"var {e} = {Words.Access(spec, level, "Read")}(ref items, index);");
        code.Open($"if ({Words.IsAbsent(spec, e)})").Lines("writer.Close();").Close();
        if (level.CanLeaf)
        {
            code.Open(Words.IsLeaf(spec, level, e) is { } isLeaf ? $"else if ({isLeaf})" : "else");
            code.Lines($"if (!LargeLeaves.TryTake<TScan, {level.Name}Level>(ref items, ref index, lastIndex, {e}, input, last, ref itemLast, PermissionsOf({e}, allow, deny), ref writer)) return false;");
            code.Close();
        }

        if (level.CanTable)
        {
            var above = spec.AccumulatesRights ? $"allow & {Bracket(RightsEmitter.Allow(spec, level, e))}, deny | {Bracket(RightsEmitter.Deny(spec, level, e))}" : "allow, deny";
            var descend = $"if (!ReadRuns{below.Name}<TScan, TMemory>(memory, {Addresses.Table(spec, e)}, {above}, input, itemLast, ref writer)) return false;";
            if (spec.NextLevel != null)
            {
                code.Open($"else if ({Words.Links(spec, level, e, "!=")})");
                code.Lines(level.Level == 1 ? "writer.Close();" : $"if (!ReadSkipped<TScan, TMemory>(memory, {level.Level}, {e}, {above}, input, itemLast, ref writer)) return false;").Close();
            }

            if (below.Level != 0)
            {
                code.Lines($"else {descend}");
            }
            else
            {
                code.Open("else");
                code.Lines($"var next = index == lastIndex ? {e} : {Words.Access(spec, level, "Read")}(ref items, index + 1);");
                code.Lines($"writer.Ahead = (nint)({Bracket(Addresses.Table(spec, "next"))} - {Bracket(Addresses.Table(spec, e))});");
                code.Lines(descend).Close();
            }
        }

        code.Gap().Lines("if (index == lastIndex) return true;");
        code.Lines("input = itemLast + 1;");
        code.Close().Close().Gap();
    }

    private static void Skipped(CodeWriter code, FormatSpec spec)
    {
        code.Lines("// An entry that does not point to the next lower level: only where the skipped index bits are zero is there anything.");
        code.Open($"private static bool ReadSkipped<TScan, TMemory>(in TMemory memory, int level, ulong entry, ulong allow, ulong deny, ulong input, ulong last, ref RunWriter writer)\n{Where}");
        code.Lines("if (!SkippedLevels.TryClip(Facts, level, entry, input, ref last)) return writer.Skip();");
        code.Lines($"var table = {Addresses.Table(spec, "entry")};");
        code.Lines($"var complete = ((int)(entry >> {spec.NextLevel!.Lo}) & {spec.NextLevel.ValueMask}) switch").Lines("{");
        foreach (var child in spec.Levels.Take(spec.Top - 1))
            code.Lines($"    {(child.Level == spec.Top - 2 ? "_" : $"{child.Level + 1}")} => ReadRuns{child.Name}<TScan, TMemory>(memory, table, allow, deny, input, last, ref writer),");
        code.Lines("};").Lines("return complete && writer.Skip();").Close().Gap();
    }

    private static string Bracket(string text) => text.Contains(' ') ? $"({text})" : text;

    private static void LastLevel(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        Head(code, spec, level);
        var tableMask = level.Shift + level.Bits >= 64 ? "0" : $"input & ~{Words.Hex((1UL << (level.Shift + level.Bits)) - 1)}";
        code.Lines($"var tableInput = {tableMask};");
        code.Lines($"var end = ({Words.Index(level, "last")}) + 1;");
        if (spec.IsNarrow) code.Lines("// The vector scanners compare items of 8 bytes.");
        code.Lines($"var stopped = {(spec.IsNarrow ? "RunScannerScalar" : "TScan")}.Scan<{level.Name}Items>(ref items, {Words.Index(level, "input")}, end, tableInput, allow, deny, ref writer);");
        code.Lines($"return stopped == end || writer.StopAt(tableInput + ((ulong)stopped << {level.Shift}));").Close().Gap();
    }

    private static void Head(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        code.Lines($"// {level.Name} table: {Words.Size(level.Shift)} an item.");
        // Compiled once and the same for all: a profile of ranges with small leaves would put large ones out of the way, and the other way round.
        if (level.Level > 0 && level.CanLeaf) code.Lines("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        code.Open($"private static bool ReadRuns{level.Name}<TScan, TMemory>(in TMemory memory, ulong table, ulong allow, ulong deny, ulong input, ulong last, ref RunWriter writer)\n{Where}");
        code.Lines($"ref var items = ref TableItems.Of(ref memory.Table(table, {Words.TableBytes(spec, level)}));");
        code.Lines("if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref items)) return writer.Skip();");
    }
}
