using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The small functions of leaves that take several items: how large one is, and whether it says so rightly.</summary>
internal static class ContiguityEmitter
{
    public static void Sizes(CodeWriter code, FormatSpec spec)
    {
        if (spec.Levels.All(level => level.Contiguity == null)) return;
        code.Lines("// log2 of the size of the leaf that an item of 2^shift bytes is or belongs to.");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        if (spec.NextLevel is { } next)
        {
            code.Lines($"private static int LeafShift(ulong entry, int shift) => (entry & {Words.Hex(next.Mask)}) == 0");
            code.Lines("    ? shift");
            code.Lines("    // The first zero bit of the address, n, says 2^(n + 1) bytes.");
            code.Lines($"    : System.Numerics.BitOperations.TrailingZeroCount(~({Addresses.Table(spec, "entry")} | {Words.Hex((1UL << spec.Granule) - 1)})) + 1;");
        }
        else
        {
            code.Lines("private static int LeafShift(ulong entry, int shift, ulong flag, int lg2) => (entry & flag) != 0 ? shift + lg2 : shift;");
        }

        code.Gap();
        if (spec.Levels.All(level => level.Contiguity is not { Replicates: true })) return;
        code.Lines("// Output address of an input address through a leaf whose items all hold the same word.");
        code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open("private static ulong OutputOf(ulong entry, ulong ia, int leafShift)");
        code.Lines("var offset = (1UL << leafShift) - 1;");
        code.Lines($"return ({Addresses.Table(spec, "entry")}) & ~offset | (ia & offset);").Close().Gap();
    }

    /// <summary>The test that a leaf's size field says what it may; for the careful walk.</summary>
    public static void Check(CodeWriter code, FormatSpec spec, LevelSpec level, string entry)
    {
        if (level.Contiguity is not { } contiguity) return;
        if (spec.NextLevel is { } next)
        {
            var (least, most) = (level.Shift + contiguity.MinLg2, level.Shift + contiguity.MaxLg2);
            code.Lines($"if (({entry} & {Words.Hex(next.Mask)}) != 0 && {Addresses.Shift(spec, level, entry)} is < {least} or > {most}) return WalkResult.Ended(WalkStatus.BadSize, {level.Level}, {entry});");
        }
        else if (contiguity.Form == ContiguityForm.OneHotInAddress)
        {
            var shift = level.Shift + contiguity.MinLg2;
            var low = $"({Addresses.Table(spec, entry)}) & {Words.Hex((1UL << shift) - 1)}";
            code.Lines($"if (({entry} & {Words.Hex(contiguity.Flag)}) != 0 && ({low}) != {Words.Hex(1UL << (shift - 1))}) return WalkResult.Ended(WalkStatus.{spec.ReservedFault}, {level.Level}, {entry});");
        }
    }
}
