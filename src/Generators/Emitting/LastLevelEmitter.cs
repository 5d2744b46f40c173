using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The constants that a scanner needs to know of the items of the last table.</summary>
internal static class LastLevelEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var level = spec.Levels[0];
        var leafRights = spec.Rights.Where(right => right.InLeaf).ToList();
        var rights = spec.LeafRights;
        code.Lines("// What a scanner needs to know of the items of the last table.");
        code.Open($"private readonly struct {level.Name}Items : ILastLevel");
        if (spec.IsNarrow) code.Lines($"public static int EntryBytes => {spec.EntryBytes};");
        code.Lines($"public static int Shift => {level.Shift};");
        code.Lines($"public static ulong AddressMask => {Words.Hex(spec.AddressMask | (level.Contiguity is { Replicates: true } c ? c.Flag | (spec.NextLevel?.Mask ?? 0) : 0))};");
        code.Lines($"public static ulong Step => {Words.Hex(spec.Step(level))};");
        code.Lines($"public static ulong PresentMask => {Words.Hex(spec.Present.Bits)};");
        code.Lines($"public static ulong PermissionMask => {Words.Hex(rights)};");
        code.Lines($"public static ulong ReplicatedMask => {Words.Hex(level.Contiguity is { Replicates: true } several ? spec.NextLevel?.Mask ?? several.Flag : 0)};");
        code.Lines($"public static bool BreaksMayContinue => {(BreaksMayContinue(spec, level, rights) ? "true" : "false")};");
        code.Lines($"public static ulong SettledBits(ulong allowAbove, ulong denyAbove) => {Settled(leafRights)};");
        code.Lines($"public static bool IsPresent(ulong item) => {Words.IsPresent(spec, "item")};");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines($"public static ulong PfnOf(ulong item, ulong input) => {Addresses.Pfn(spec, level, "item", "input")};");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Lines("public static Permissions PermissionsOf(ulong item, ulong allowAbove, ulong denyAbove) =>");
        code.Lines($"    {spec.Type.Name}.PermissionsOf(item, allowAbove, denyAbove);");
        code.Close().Gap();
    }

    /// <summary>Whether two items may differ in what a scanner compares and still belong to one run.</summary>
    private static bool BreaksMayContinue(FormatSpec spec, LevelSpec level, ulong rights) =>
        (spec.Present.Bits & rights) != 0 // compared although a level above may have decided them
        || !spec.IsLinear // a carry from one address field into the next
        || level.Contiguity is { Replicates: true } // the same word in several items
        || spec.Rights.Any(right => !right.InLeaf || right.UnlessMask != 0 || !right.IsBit); // other bits decide

    private static string Settled(List<RightSpec> leafRights)
    {
        var allows = leafRights.Where(right => right.InTable && !right.Denies).Aggregate(0UL, (mask, right) => mask | right.Mask);
        var denies = leafRights.Where(right => right.InTable && right.Denies).Aggregate(0UL, (mask, right) => mask | right.Mask);
        var settled = new List<string>();
        if (allows != 0) settled.Add($"(~allowAbove & {Words.Hex(allows)})");
        if (denies != 0) settled.Add($"(denyAbove & {Words.Hex(denies)})");
        return settled.Count == 0 ? "0" : string.Join(" | ", settled);
    }
}
