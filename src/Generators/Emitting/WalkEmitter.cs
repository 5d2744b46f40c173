using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The unrolled descents: walk, follow, translate, and the two halves of a cursor.</summary>
internal static class WalkEmitter
{
    private const string Where = "    where TMemory : ITableMemory, allows ref struct";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        Walk(code, spec);
        Follow(code, spec);
        Translate(code, spec);
        FindLastTable(code, spec);
        TranslateInLastTable(code, spec);
    }

    private static void Walk(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Open($"public static WalkResult Walk<TMemory>(in TMemory memory, ulong root, Iova input)\n{Where}");
        code.Lines("var ia = input.Value;");
        if (spec.IaBits < 64) code.Lines($"if (!({Words.IsInput(spec, "ia")})) return WalkResult.Ended(WalkStatus.BadInput, {spec.Top + 1}, 0);");
        code.Lines("var entry = root;");
        var above = new List<string>();
        foreach (var level in spec.Levels.Reverse())
        {
            var e = Words.Entry(level);
            above.Add(e);
            Read(code, spec, level, above.Count == 1 ? "root" : Table(spec, above[above.Count - 2]), $"return WalkResult.Ended(WalkStatus.NotBacked, {level.Level + 1}, entry);");
            code.Lines($"if ({Words.IsAbsent(spec, e)}) return WalkResult.Ended(WalkStatus.NotPresent, {level.Level}, {e});");
            if (level.CanLeaf)
            {
                if (Words.IsLeaf(level, e) is { } isLeaf) code.Open($"if ({isLeaf})");
                Reserved(code, spec, level, e, leaf: true);
                code.Lines($"return WalkResult.AtLeaf({level.Level}, {e}, {LeafValue(spec, level, above)});");
                if (level.CanTable) code.Close().Gap();
            }

            if (!level.CanTable) break;
            Reserved(code, spec, level, e, leaf: false);
            code.Lines($"entry = {e};");
        }

        code.Close().Gap();
    }

    private static void Reserved(CodeWriter code, FormatSpec spec, LevelSpec level, string e, bool leaf)
    {
        var mask = spec.ReservedMask(level.Level, leaf);
        if (mask != 0) code.Lines($"if (({e} & {Words.Hex(mask)}) != 0) return WalkResult.Ended(WalkStatus.Reserved, {level.Level}, {e});");
    }

    private static void Follow(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"public static bool Follow<TMemory>(in TMemory memory, ulong root, Iova input, out Leaf leaf)\n{Where}");
        code.Lines("leaf = default;");
        Descend(
            code,
            spec,
            miss: "return false;",
            (level, above) => code.Lines($"leaf = {LeafValue(spec, level, above)};").Lines("return true;"));
        code.Close().Gap();
    }

    private static void Translate(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"public static PhysicalAddress Translate<TMemory>(in TMemory memory, ulong root, Iova input)\n{Where}");
        Descend(
            code,
            spec,
            miss: "return PhysicalAddress.None;",
            (level, above) => code.Lines($"return {Output(spec, level, above[above.Count - 1])};"));
        code.Close().Gap();
    }

    private static void FindLastTable(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"public static bool FindLastTable<TMemory>(in TMemory memory, ulong root, Iova input, out ulong table)\n{Where}");
        code.Lines("table = root;");
        if (spec.Top == 0) code.Lines($"return {Words.IsInput(spec, "input.Value")};");
        else
        {
            Descend(
                code,
                spec,
                miss: "return false;",
                (level, _) => code.Lines("return false;"),
                lastLevel: 1,
                atEnd: above => code.Lines($"table = {Table(spec, above[above.Count - 1])};").Lines("return true;"));
        }

        code.Close().Gap();
    }

    private static void TranslateInLastTable(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        var e = Words.Entry(level);
        code.Lines("/// <inheritdoc/>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"public static PhysicalAddress TranslateInLastTable<TMemory>(in TMemory memory, ulong table, Iova input)\n{Where}");
        code.Lines("var ia = input.Value;");
        Read(code, spec, level, "table", "return PhysicalAddress.None;");
        code.Lines($"return {Words.IsPresent(spec, e)} ? {Output(spec, level, e)} : PhysicalAddress.None;");
        code.Close().Gap();
    }

    /// <summary>The descent that trusts its tables: one load, one test for presence and one for a leaf at each level.</summary>
    private static void Descend(
        CodeWriter code, FormatSpec spec, string miss, Action<LevelSpec, List<string>> atLeaf, int lastLevel = 0, Action<List<string>>? atEnd = null)
    {
        code.Lines("var ia = input.Value;");
        if (spec.IaBits < 64) code.Lines($"if (!({Words.IsInput(spec, "ia")})) {miss}");
        var above = new List<string>();
        foreach (var level in spec.Levels.Reverse().Where(level => level.Level >= lastLevel))
        {
            var e = Words.Entry(level);
            above.Add(e);
            Read(code, spec, level, above.Count == 1 ? "root" : Table(spec, above[above.Count - 2]), miss);
            code.Lines($"if ({Words.IsAbsent(spec, e)}) {miss}");
            if (!level.CanLeaf) continue;
            if (Words.IsLeaf(level, e) is { } isLeaf) code.Open($"if ({isLeaf})");
            atLeaf(level, above);
            if (level.CanTable) code.Close();
        }

        atEnd?.Invoke(above);
    }

    /// <summary>Reads the item of a level into the local named after it.</summary>
    private static void Read(CodeWriter code, FormatSpec spec, LevelSpec level, string table, string notBacked)
    {
        var e = Words.Entry(level);
        code.Gap().Lines($"// {level.Name}: input bits {level.Shift + level.Bits - 1}:{level.Shift}, {Words.Size(level.Shift)} an item");
        code.Lines($"ref var {e}Table = ref TableItems.Of(ref memory.Table({table}, {Words.TableBytes(spec, level)}));");
        code.Lines($"if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref {e}Table)) {notBacked}");
        code.Lines($"var {e} = TableItems.Read(ref {e}Table, {Words.Index(level, "ia")});");
    }

    private static string Table(FormatSpec spec, string entry) => $"{entry} & {Words.Hex(spec.AddressMask)}";

    private static string Output(FormatSpec spec, LevelSpec level, string entry) =>
        $"new PhysicalAddress(({entry} & {Words.Hex(spec.LeafAddressMask(level))}) | (ia & {Words.Hex(level.OffsetMask)}))";

    private static string LeafValue(FormatSpec spec, LevelSpec level, List<string> above)
    {
        var and = string.Join(" & ", above);
        var or = string.Join(" | ", above);
        return $"new Leaf(new Pfn({Words.Pfn(spec, level, above[above.Count - 1], "ia")}), new PageSize({level.Shift}), PermissionsOf({above[above.Count - 1]}, {and}, {or}))";
    }
}
