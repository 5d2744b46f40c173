using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The declaration as a value, and the small functions of an entry that everything else uses.</summary>
internal static class FactsEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines("public static FormatFacts Facts { get; } = new(");
        code.Lines($"    \"{spec.Name}\",");
        code.Lines($"    EntryBytes: {spec.EntryBytes}, SignExtends: {Bool(spec.SignExtends)}, InputBits: {spec.IaBits}, OutputBits: {spec.OaBitsMax},");
        code.Lines($"    new PresentFacts(Mask: {Words.Hex(spec.Present.Mask)}, Value: {Words.Hex(spec.Present.Value)}, AnyOf: {Words.Hex(spec.Present.AnyOf)}),");
        code.Lines($"    AddressMask: {Words.Hex(spec.AddressMask)}, TableValue: {Words.Hex(spec.TableValue)},");
        code.Lines("    [");
        foreach (var level in spec.Levels) code.Lines($"        {Level(spec, level)},");
        code.Lines("    ],");
        code.Lines("    [");
        foreach (var right in spec.Rights)
            code.Lines($"        new RightFacts(Permissions.{right.Right}, Mask: {Words.Hex(right.Mask)}, Denies: {Bool(right.Denies)}, Combines: {Bool(right.Combines)}, Requires: {Text(right.Requires)}),");
        code.Lines("    ],");
        code.Lines($"    AccessedMask: {Words.Hex(spec.Accessed)}, DirtyMask: {Words.Hex(spec.Dirty)},");
        code.Lines("    [");
        foreach (var reserved in spec.Reserved.Where(reserved => reserved.Unless != null))
            code.Lines($"        new ReservedFacts({reserved.Level}, InLeaf: {Bool(reserved.Leaf)}, Mask: {Words.Hex(reserved.Mask)}, Unless: {Text(reserved.Unless)}),");
        code.Lines("    ],");
        code.Lines($"    [{string.Join(", ", spec.Features.Select(feature => Text(feature)))}]);").Gap();

        if (!spec.Has(FormatOperations.Walk)) return;
        Permissions(code, spec);
    }

    private static string Level(FormatSpec spec, LevelSpec level) =>
        $"new LevelFacts(\"{level.Name}\", Shift: {level.Shift}, Bits: {level.Bits}, TableBytes: {Words.TableBytes(spec, level)}, CanTable: {Bool(level.CanTable)}, CanLeaf: {Bool(level.CanLeaf)}, "
        + $"LeafMask: {Words.Hex(level.LeafMask)}, LeafValue: {Words.Hex(level.LeafValue)}, LeafAddressMask: {Words.Hex(level.CanLeaf ? spec.LeafAddressMask(level) : 0)}, "
        + $"ReservedInLeaf: {Words.Hex(spec.ReservedMask(level.Level, true))}, ReservedInTable: {Words.Hex(spec.ReservedMask(level.Level, false))}, LeafRequires: {Text(level.Requires)})";

    private static void Permissions(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <summary>What a leaf allows: some bits of its own, some of all levels (<paramref name=\"allow\"/>: AND, <paramref name=\"deny\"/>: OR).</summary>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines("private static Permissions PermissionsOf(ulong leaf, ulong allow, ulong deny) => (Permissions)(");
        var terms = spec.Rights.Select(right => $"    {Term(right)} // {right.Right}").ToList();
        for (var i = 0; i < terms.Count; i++) code.Lines((i == 0 ? "      " : "    | ") + terms[i].TrimStart());
        code.Lines("    );").Gap();
    }

    private static string Term(RightSpec right)
    {
        var target = right.Right switch { "Read" => 0, "Write" => 1, "Execute" => 2, _ => 3 };
        if (right.Implied) return $"{1 << target}UL";
        var source = right.Combines ? right.Denies ? "deny" : "allow" : "leaf";
        var bit = $"({(right.Denies ? "~" : "")}{source} >> {right.Bit} & 1)";
        return target == 0 ? bit : $"{bit} << {target}";
    }

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Text(string? value) => value == null ? "null" : $"\"{value}\"";
}
