using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The range scan: one method per level, a vector scanner for the last one; and the batch translation.</summary>
internal static class RunsEmitter
{
    private const string Where = "    where TScan : struct, IRunScanner\n    where TMemory : ITableMemory, allows ref struct";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var top = spec.Levels[spec.Top];
        code.Lines("/// <inheritdoc/>");
        code.Lines("public static bool ReadRuns<TScan, TMemory>(in TMemory memory, ulong root, ulong input, ulong last, ref RunWriter writer, out ulong stoppedAt)");
        code.Lines(Where + " =>");
        code.Lines($"    ReadRuns{top.Name}<TScan, TMemory>(memory, root, ulong.MaxValue, 0, input, last, ref writer, out stoppedAt);").Gap();
        for (var level = spec.Top; level > 0; level--) Level(code, spec, spec.Levels[level], spec.Levels[level - 1]);
        LastLevel(code, spec);
        ItemConstants(code, spec);
        Batch(code, spec);
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
            code.Open(Words.IsLeaf(level, e) is { } isLeaf ? $"else if ({isLeaf})" : "else");
            LargeLeaves(code, spec, level, e);
            code.Close();
        }

        if (level.CanTable)
        {
            code.Open($"else if (!ReadRuns{below.Name}<TScan, TMemory>(memory, {e} & {Words.Hex(spec.AddressMask)}, allow & {e}, deny | {e}, input, itemLast, ref writer, out stoppedAt))");
            code.Lines("return false;").Close();
        }

        code.Gap().Open("if (index == lastIndex)").Lines("stoppedAt = 0;").Lines("return true;").Close().Gap();
        code.Lines("input = itemLast + 1;");
        code.Close().Close().Gap();
    }

    /// <summary>A large leaf, and with it all that follow in the same table and continue it.</summary>
    private static void LargeLeaves(CodeWriter code, FormatSpec spec, LevelSpec level, string e)
    {
        var rights = spec.Rights.Aggregate(0UL, (mask, right) => mask | right.Mask);
        var compare = spec.LeafAddressMask(level) | spec.Present.Mask | spec.Present.AnyOf | level.LeafMask | rights;
        var size = Words.Hex(1UL << level.Shift);
        code.Lines("// Items that continue this one belong to its run: one comparison each, nothing is decoded.");
        code.Lines("nuint more = 0;");
        code.Lines($"var next = ({e} & {Words.Hex(compare)}) + {size};");
        code.Open($"while (index + more < lastIndex && (TableItems.Read(ref items, index + more + 1) & {Words.Hex(compare)}) == next)");
        code.Lines("more++;").Lines($"next += {size};").Close().Gap();
        code.Open("if (more != 0)");
        code.Lines("index += more;").Lines($"itemLast = index == lastIndex ? last : itemLast + (more << {level.Shift});").Close().Gap();
        code.Lines($"var pfn = new Pfn({Words.Pfn(spec, level, e, "input")});");
        code.Open($"if (!writer.TryAppend(new Iova(input), pfn, (itemLast - input >> 12) + 1, PermissionsOf({e}, allow & {e}, deny | {e})))");
        code.Lines("stoppedAt = input;").Lines("return false;").Close().Gap();
        code.Lines($"writer.Leaves[{level.Level}] += more + 1;");
    }

    private static void LastLevel(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        Head(code, spec, level);
        code.Lines($"var tableInput = input & ~{Words.Hex((1UL << (level.Shift + level.Bits)) - 1)};");
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

    private static void ItemConstants(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        var rights = spec.Rights.Aggregate(0UL, (mask, right) => mask | right.Mask);
        var allows = spec.Rights.Where(right => right.Combines && !right.Denies).Aggregate(0UL, (mask, right) => mask | right.Mask);
        var denies = spec.Rights.Where(right => right.Combines && right.Denies).Aggregate(0UL, (mask, right) => mask | right.Mask);
        var settled = new List<string>();
        if (allows != 0) settled.Add($"(~allowAbove & {Words.Hex(allows)})");
        if (denies != 0) settled.Add($"(denyAbove & {Words.Hex(denies)})");
        code.Lines("// What a scanner needs to know of the items of the last table.");
        code.Open($"private readonly struct {level.Name}Items : ILastLevel");
        code.Lines($"public static int Shift => {level.Shift};");
        code.Lines($"public static ulong AddressMask => {Words.Hex(spec.AddressMask)};");
        code.Lines($"public static ulong Step => {Words.Hex(1UL << level.Shift)};");
        code.Lines($"public static ulong PresentMask => {Words.Hex(spec.Present.Mask | spec.Present.AnyOf)};");
        code.Lines($"public static ulong PermissionMask => {Words.Hex(rights)};");
        code.Lines($"public static ulong SettledBits(ulong allowAbove, ulong denyAbove) => {(settled.Count == 0 ? "0" : string.Join(" | ", settled))};");
        code.Lines($"public static bool IsPresent(ulong item) => {Words.IsPresent(spec, "item")};");
        code.Lines($"public static ulong PfnOf(ulong item) => (item & {Words.Hex(spec.AddressMask)}) >> 12;");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines("public static Permissions PermissionsOf(ulong item, ulong allowAbove, ulong denyAbove) =>");
        code.Lines($"    {spec.Type.Name}.PermissionsOf(item, allowAbove & item, denyAbove | item);");
        code.Close().Gap();
    }

    private static void Batch(CodeWriter code, FormatSpec spec) => code.Lines($$"""
        // No table lies at the last byte of memory.
        private const ulong NoTable = ulong.MaxValue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void PrefetchItem<TMemory>(in TMemory memory, ulong table, ulong ia)
            where TMemory : ITableMemory, allows ref struct
        {
            ref var items = ref TableItems.Of(ref memory.Table(table, {{Words.TableBytes(spec, spec.Levels[0])}}));
            if (TMemory.AlwaysBacked || !Unsafe.IsNullRef(ref items)) TableArena.Prefetch(ref Unsafe.Add(ref items, {{Words.Index(spec.Levels[0], "ia")}}));
        }

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static int TranslateBatch<TMemory>(in TMemory memory, ulong root, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)
            where TMemory : ITableMemory, allows ref struct
        {
            // Two passes over groups of 32: the first asks for the last item of each walk, the second reads it when it has come.
            Span<ulong> tables = stackalloc ulong[32];
            var found = 0;
            for (var start = 0; start < inputs.Length; start += 32)
            {
                var group = inputs.Slice(start, Math.Min(32, inputs.Length - start));
                for (var i = 0; i < group.Length; i++)
                {
                    tables[i] = FindLastTable(memory, root, group[i], out var table) ? table : NoTable;
                    if (tables[i] != NoTable) PrefetchItem(memory, table, group[i].Value);
                }

                for (var i = 0; i < group.Length; i++)
                {
                    var output = tables[i] != NoTable
                        ? TranslateInLastTable(memory, tables[i], group[i])
                        : Translate(memory, root, group[i]);
                    outputs[start + i] = output;
                    found += output.IsNone ? 0 : 1;
                }
            }

            return found;
        }

        """);
}
