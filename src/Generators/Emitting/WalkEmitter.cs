using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The unrolled descents: walk, follow, translate, and the two halves of a cursor.</summary>
internal static class WalkEmitter
{
    private const string Where = "    where TMemory : ITableMemory, allows ref struct";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        Leaves(code, spec);
        CarefulWalkEmitter.Emit(code, spec);
        Method(code, "public static bool Follow<TMemory>(in TMemory memory, ulong root, Iova input, out Leaf leaf)");
        code.Lines("leaf = default;");
        new DescentEmitter(code, spec, "return false;", "goto skipped;", rights: true).Emit((level, e) => code.Lines($"leaf = {LeafValue(spec, level, e)};").Lines("return true;"));
        if (spec.NextLevel != null && spec.Top > 0) code.Gap().Lines("skipped:").Lines("return SkippedLevels.TryFollow(Facts, memory, root, input, out leaf);");
        code.Close().Gap();

        Method(code, "public static PhysicalAddress Translate<TMemory>(in TMemory memory, ulong root, Iova input)");
        if (spec.DynamicTop)
        {
            // Inlined, it is a descent without rights; emitted once more, the levels of a growing root would be too much text.
            code.Lines("return Follow(memory, root, input, out var leaf) ? new PhysicalAddress(leaf.Pfn.Value << 12 | (input.Value & 0xFFF)) : PhysicalAddress.None;");
        }
        else
        {
            new DescentEmitter(code, spec, "return PhysicalAddress.None;", "goto skipped;").Emit((level, e) => code.Lines($"return new PhysicalAddress({Addresses.Output(spec, level, e, "ia")});"));
            if (spec.NextLevel != null && spec.Top > 0) code.Gap().Lines("skipped:").Lines("return SkippedLevels.Translate(Facts, memory, root, input);");
        }

        code.Close().Gap();

        Method(code, "public static bool FindLastTable<TMemory>(in TMemory memory, ulong root, Iova input, out ulong table)");
        code.Lines("table = 0;");
        new DescentEmitter(code, spec, "return false;", "return false;", lastLevel: 1).Emit((_, _) => code.Lines("return false;"), end => code.Lines($"table = {end};").Lines("return true;"));
        code.Close().Gap();

        var last = spec.Levels[0];
        if (spec.Has(FormatOperations.Runs) || spec.Has(FormatOperations.Map))
        {
            code.Lines("/// <inheritdoc/>");
            code.Lines("public static nuint CountRunInLastTable<TMemory>(in TMemory memory, ulong table, Iova input, nuint most)");
            code.Lines("    where TMemory : ITableMemory, allows ref struct =>");
            code.Lines($"    LastTableRun.Count<{last.Name}Level, TMemory>(memory, table, input, most);").Gap();
        }

        var item = Words.Entry(last);
        Method(code, "public static PhysicalAddress TranslateInLastTable<TMemory>(in TMemory memory, ulong table, Iova input)");
        code.Lines("var ia = input.Value;");
        DescentEmitter.Read(code, spec, last, "table", "return PhysicalAddress.None;");
        var output = Addresses.Output(spec, last, item, "ia");
        // One bit that says "present" makes all ones, which is None, without a branch.
        code.Lines(spec.Present is { AnyOf: 0 } present && present.Mask == present.Value && (present.Mask & (present.Mask - 1)) == 0
            ? $"return new PhysicalAddress({output} | ({Bit(item, present.Mask)} - 1));"
            : $"return {Words.IsPresent(spec, item)} ? new PhysicalAddress({output}) : PhysicalAddress.None;");
        code.Close().Gap();
    }

    /// <summary>The value of a leaf, with the accumulators in scope.</summary>
    public static string LeafValue(FormatSpec spec, LevelSpec level, string entry)
    {
        var rights = spec.AccumulatesRights ? "allow, deny" : "0, 0";
        var shift = Addresses.Shift(spec, level, entry);
        if (level.Contiguity is { Replicates: true }) return $"RunLeafOf({entry}, ia, {shift}, {rights})";
        var output = level.Shift == 12 ? Addresses.Leaf(spec, level, entry) : Addresses.Output(spec, level, entry, "ia");
        return $"LeafOf({entry}, {output}, {shift}, {rights})";
    }

    /// <summary>What a leaf is made of, once for all levels.</summary>
    private static void Leaves(CodeWriter code, FormatSpec spec)
    {
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines("private static Leaf LeafOf(ulong leaf, ulong output, int shift, ulong allow, ulong deny) =>");
        code.Lines("    new Leaf(new Pfn(output >> 12), new PageSize(shift), PermissionsOf(leaf, allow, deny));").Gap();
        if (spec.Levels.All(level => level.Contiguity is not { Replicates: true })) return;
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines("private static Leaf RunLeafOf(ulong leaf, ulong ia, int shift, ulong allow, ulong deny) => LeafOf(leaf, OutputOf(leaf, ia, shift), shift, allow, deny);").Gap();
    }

    /// <summary>The one bit of <paramref name="mask"/> as 0 or 1.</summary>
    private static string Bit(string entry, ulong mask)
    {
        var bit = 0;
        while (mask >> bit != 1) bit++;
        return bit == 0 ? $"({entry} & 1)" : $"({entry} >> {bit} & 1)";
    }

    private static void Method(CodeWriter code, string head)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"{head}\n{Where}");
    }
}
