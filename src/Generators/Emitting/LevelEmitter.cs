using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>Each level as a type of constants and single-entry functions, for what the library does with items.</summary>
internal static class LevelEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec, bool hooks)
    {
        foreach (var level in spec.Levels.Reverse())
        {
            if (level.Level == spec.Top) code.Lines("// The levels, for what the library does with items.");
            code.Open($"private readonly struct {level.Name}Level : {(spec.Has(FormatOperations.Map) ? "IVisitedLevel" : "ITableLevel")}");
            code.Lines($"public static int Level => {level.Level};");
            if (spec.IsNarrow) code.Lines($"public static int EntryBytes => {spec.EntryBytes};");
            code.Lines($"public static int Shift => {level.Shift};");
            code.Lines($"public static int Bits => {level.Bits};");
            code.Lines($"public static bool CanLeaf => {(level.CanLeaf ? "true" : "false")};");
            code.Lines($"public static bool IsPresent(ulong item) => {Words.IsPresent(spec, "item")};");
            if (hooks) code.Lines("public static bool Hooks => true;");
            if (level.CanLeaf) Leaf(code, spec, level);
            if (level.CanTable)
            {
                code.Lines($"public static ulong Link(ulong table) => {Addresses.Encode(spec, "table")} | {Words.Hex(level.TableValue)};");
                code.Lines($"public static ulong TableOf(ulong link) => {Addresses.Table(spec, "link")};");
                if (spec.NextLevel != null) code.Lines($"public static bool IsLink(ulong item) => {Words.Links(spec, level, "item", "==")};");
            }

            if (spec.Has(FormatOperations.Map)) VisitEmitter.Member(code, spec, level);

            code.Close();
            if (level.Level != 0) code.Gap();
        }
    }

    private static void Leaf(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        var test = Words.LeafTest(spec, level, "item");
        code.Lines($"public static bool IsLeaf(ulong item) => {Words.IsPresent(spec, "item", bracket: test != "true")}{(test == "true" ? "" : $" && {test}")};");
        code.Lines($"public static int ShiftOf(ulong leaf) => {Addresses.Shift(spec, level, "leaf")};");
        code.Lines($"public static ulong AddressOf(ulong leaf, ulong input) => {Addresses.Output(spec, level, "leaf", "input")};");
        var moved = Moved(spec, level).ToList();
        var kind = (level.LeafWhen.Mask & ~spec.LeafRights) | (spec.NextLevel?.Mask ?? 0) | (level.Contiguity?.Flag ?? 0);
        var dropped = moved.Aggregate(spec.AddressMask | kind, (mask, move) => mask | move.Here);
        var found = string.Concat(moved.Select(move => $" | (leaf & {Words.Hex(move.Here)}) {Shifted(move.Left)}"));
        code.Lines($"public static ulong AttributesOf(ulong leaf) => leaf & ~{Words.Hex(dropped)}{found};");
        var placed = moved.Count == 0 ? "attributes" : $"attributes & ~{Words.Hex(moved.Aggregate(0UL, (mask, move) => mask | move.AtZero))}";
        placed += string.Concat(moved.Select(move => $" | (attributes & {Words.Hex(move.AtZero)}) {Shifted(-move.Left)}"));
        if (level.LeafWhen.Value != 0 || moved.Count != 0)
            code.Lines($"public static ulong Place(ulong attributes) => {placed}{(level.LeafWhen.Value == 0 ? "" : $" | {Words.Hex(level.LeafWhen.Value)}")};");
        code.Lines($"public static ulong Word(ulong bits, ulong address, int lg2) => {Word(spec, level)};");
        if (level.LeafValue != 0) code.Lines($"public static ulong LeafValue => {Words.Hex(level.LeafValue)};");
        code.Lines($"public static ulong CompareMask => {Words.Hex(spec.LeafAddressMask(level) | spec.Present.Bits | (spec.NextLevel?.Mask ?? level.LeafWhen.Bits) | spec.LeafRights)};");
        code.Lines($"public static ulong Step => {Words.Hex(spec.Step(level))};");
        if (level.Contiguity is not { } contiguity) return;
        if (!contiguity.Replicates) code.Lines("public static ulong RunStep => Step;");
        code.Lines($"public static int MinLg2 => {contiguity.MinLg2};").Lines($"public static int MaxLg2 => {contiguity.MaxLg2};");
        if (contiguity.ExceptShift != 0) code.Lines($"public static int ExceptShift => {contiguity.ExceptShift};");
    }

    private static string Word(FormatSpec spec, LevelSpec level)
    {
        var single = $"{Addresses.Encode(spec, "address")} | bits";
        if (level.Contiguity is not { } contiguity) return single;
        var run = $"{single} | {Words.Hex(contiguity.Flag)}";
        if (spec.NextLevel is { } next)
            run = $"{single} | ({Words.Hex(1UL << (level.Shift - 1))} << lg2) - 1 & ~{Words.Hex((1UL << spec.Granule) - 1)} | {Words.Hex(next.Mask)}";
        else if (contiguity.Form == ContiguityForm.OneHotInAddress)
            run = $"{Addresses.Encode(spec, $"(address | {Words.Hex(1UL << (level.Shift + contiguity.MinLg2 - 1))})")} | bits | {Words.Hex(contiguity.Flag)}";
        return $"lg2 == 0 ? {single} : {run}";
    }

    /// <summary>Fields that stand elsewhere than in a leaf of level 0: their bits here, there, and how far left the way there is.</summary>
    private static IEnumerable<(ulong Here, ulong AtZero, int Left)> Moved(FormatSpec spec, LevelSpec level)
    {
        foreach (var here in spec.Fields.Where(field => field.InLeaf && field.FromLevel <= level.Level && field.ToLevel >= level.Level))
        {
            var zero = spec.Fields.FirstOrDefault(field => field.InLeaf && field.Name == here.Name && field.FromLevel == 0);
            if (zero == null || zero.Lo == here.Lo) continue;
            yield return (new FieldBits(here.Hi, here.Lo).Mask, new FieldBits(zero.Hi, zero.Lo).Mask, zero.Lo - here.Lo);
        }
    }

    private static string Shifted(int left) => left >= 0 ? $"<< {left}" : $">> {-left}";
}
