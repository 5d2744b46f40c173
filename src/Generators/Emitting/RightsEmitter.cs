using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>What a leaf allows, and how wishes become bits.</summary>
internal static class RightsEmitter
{
    /// <summary>Statement that takes a table entry into the accumulators; nothing when no right depends on it.</summary>
    public static void Accumulate(CodeWriter code, FormatSpec spec, LevelSpec level, string entry)
    {
        if (!spec.AccumulatesRights) return;
        code.Lines($"allow &= {Allow(spec, level, entry)};").Lines($"deny |= {Deny(spec, level, entry)};");
    }

    /// <summary>A table entry's part of <c>allow</c>: bits that the level does not have do not count.</summary>
    public static string Allow(FormatSpec spec, LevelSpec level, string entry) => Foreign(spec, level) is var foreign and not 0 ? $"{entry} | {Words.Hex(foreign)}" : entry;

    /// <summary>A table entry's part of <c>deny</c>.</summary>
    public static string Deny(FormatSpec spec, LevelSpec level, string entry) => Foreign(spec, level) is var foreign and not 0 ? $"{entry} & ~{Words.Hex(foreign)}" : entry;

    public static void PermissionsOf(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <summary>What a leaf allows: by its own bits, and by those of the tables above (<paramref name=\"allow\"/>: AND, <paramref name=\"deny\"/>: OR).</summary>");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines("private static Permissions PermissionsOf(ulong leaf, ulong allow, ulong deny) => (Permissions)(");
        var groups = spec.Rights.GroupBy(right => right.Target).OrderBy(group => group.Key).ToList();
        for (var i = 0; i < groups.Count; i++)
        {
            var terms = groups[i].Where(right => !right.Implied).Select(Term).ToList();
            var value = terms.Count == 0 ? "1UL" : string.Join(" & ", terms);
            if (terms.Count == 1 && groups[i].Single(right => !right.Implied) is { IsBit: true, InLeaf: true, UnlessMask: 0 } only) value = Moved(only);
            else if (groups[i].Key != 0) value = $"({value}) << {groups[i].Key}";
            code.Lines($"    {(i == 0 ? " " : "|")} {value} // {groups[i].First().Right}");
        }

        if (groups.Count == 0) code.Lines("    0");
        code.Lines("    );").Gap();
    }

    public static void Encode(CodeWriter code, FormatSpec spec)
    {
        var known = string.Join(" | ", spec.Rights.Select(right => "Permissions." + right.Right).Distinct());
        code.Lines("// Everything of a leaf but its address and what its level adds. False: the format cannot say it.");
        code.Open("private static bool TryEncode(Permissions permissions, out ulong bits)");
        code.Lines($"bits = {Words.Hex(spec.Present.Value)};");
        code.Lines(known.Length == 0 ? "if (permissions != 0) return false;" : $"if ((permissions & ~({known})) != 0) return false;");
        foreach (var right in spec.Rights.Where(right => right.InLeaf && (right.IsBit || right.Implied)))
        {
            var granted = $"(permissions & Permissions.{right.Right})";
            if (right.Implied) code.Lines($"if ({granted} == 0) return false;");
            else if (right.UnlessMask == 0) code.Lines($"if ({granted} {(right.Denies ? "==" : "!=")} 0) bits |= {Words.Hex(right.Mask)};");
            else code.Lines($"bits |= {granted} != 0 ? {Words.Hex(right.UnlessMask | (right.Denies ? 0 : right.Mask))} : {Words.Hex(right.Denies ? right.Mask : 0)};");
        }

        foreach (var field in spec.Rights.Where(right => right.InLeaf && !right.IsBit && !right.Implied).GroupBy(right => right.Field)) EncodeField(code, field);
        var leaf = spec.Levels[0].LeafValue == 0 ? "bits" : $"(bits | {Words.Hex(spec.Levels[0].LeafValue)})";
        foreach (var forbidden in spec.Forbidden.Where(forbidden => forbidden.AppliesTo(0, leaf: true)))
            code.Lines($"if (({leaf} & {Words.Hex(forbidden.Mask)}) == {Words.Hex(forbidden.Value)}) return false;");
        // Where permissions tell a leaf from a table (RISC-V), some of them say no leaf.
        var isLeaf = spec.NextLevel == null && !spec.Levels[0].LeafWhen.IsAlways ? $" && {Words.Matches(spec.Levels[0].LeafWhen, leaf)}" : "";
        code.Lines($"return {Words.IsPresent(spec, leaf)}{isLeaf};");
        code.Close().Gap();
    }

    /// <summary>A field whose values stand for combinations of rights: each combination has one value, or none.</summary>
    private static void EncodeField(CodeWriter code, IGrouping<FieldBits, RightSpec> field)
    {
        var rights = field.ToList();
        code.Open($"switch (permissions & ({string.Join(" | ", rights.Select(right => "Permissions." + right.Right))}))");
        var done = new HashSet<int>();
        for (var value = 0; value <= (int)field.Key.ValueMask; value++)
        {
            var combination = rights.Where(right => (right.Granting >> value & 1) != 0).Aggregate(0, (bits, right) => bits | 1 << right.Target);
            if (!done.Add(combination)) continue;
            var names = rights.Where(right => (combination >> right.Target & 1) != 0).Select(right => "Permissions." + right.Right).ToList();
            code.Lines($"case {(names.Count == 0 ? "Permissions.None" : string.Join(" | ", names))}: bits |= {Words.Hex((ulong)value << field.Key.Lo)}; break;");
        }

        code.Lines("default: return false;");
        code.Close().Gap();
    }

    private static string Term(RightSpec right)
    {
        if (!right.IsBit) return $"({Words.Hex(right.Granting)} >> (int)(leaf >> {right.Field.Lo} & {Words.Hex(right.Field.ValueMask)}) & 1)";
        var bit = right.Field.Lo;
        if (!right.InLeaf) return $"(~deny >> {bit} & 1)";
        if (right.UnlessMask != 0) return $"(({(right.Denies ? "~" : "")}leaf >> {bit} | leaf >> {BitOf(right.UnlessMask)}) & 1)";
        if (right.Denies) return right.InTable ? $"(~(deny | leaf) >> {bit} & 1)" : $"(~leaf >> {bit} & 1)";
        return right.InTable ? $"((allow & leaf) >> {bit} & 1)" : $"(leaf >> {bit} & 1)";
    }

    /// <summary>One bit of a leaf where the permissions have it: one mask and at most one shift.</summary>
    private static string Moved(RightSpec right)
    {
        var (from, to) = (right.Field.Lo, right.Target);
        var bits = (right.InTable, right.Denies) switch
        {
            (true, true) => "~(deny | leaf)",
            (false, true) => "~leaf",
            (true, false) => "(allow & leaf)",
            _ => "leaf",
        };
        if (from == to) return $"({bits} & {Words.Hex(1UL << to)})";
        return from > to ? $"({bits} >> {from - to} & {Words.Hex(1UL << to)})" : $"(({bits} & {Words.Hex(1UL << from)}) << {to - from})";
    }

    private static ulong Foreign(FormatSpec spec, LevelSpec level) => spec.Rights
        .Where(right => right.InTable && !right.Implied && !right.AppliesTo(level.Level))
        .Aggregate(0UL, (mask, right) => mask | right.Mask);

    private static int BitOf(ulong mask)
    {
        var bit = 0;
        while ((mask >> bit & 1) == 0) bit++;
        return bit;
    }
}
