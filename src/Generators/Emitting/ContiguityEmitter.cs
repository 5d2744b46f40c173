using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The small functions of leaves that take several items: how large one is, and whether it says so rightly.</summary>
internal static class ContiguityEmitter
{
    public static void Sizes(CodeWriter code, FormatSpec spec)
    {
        foreach (var level in spec.Levels)
        {
            if (level.Contiguity is not { } contiguity) continue;
            code.Lines($"// log2 of the size of the leaf that a {level.Name} is or belongs to.");
            code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            if (spec.NextLevel is { } next)
            {
                code.Lines($"private static int ShiftOf{level.Name}(ulong entry) => (entry & {Words.Hex(next.Mask)}) == 0");
                code.Lines($"    ? {level.Shift}");
                code.Lines("    // The first zero bit of the address, n, says 2^(n + 1) bytes.");
                code.Lines($"    : System.Numerics.BitOperations.TrailingZeroCount(~({Addresses.Table(spec, "entry")} | {Words.Hex((1UL << spec.Granule) - 1)})) + 1;");
            }
            else
            {
                code.Lines($"private static int ShiftOf{level.Name}(ulong entry) => (entry & {Words.Hex(contiguity.Flag)}) != 0 ? {level.Shift + contiguity.MinLg2} : {level.Shift};");
            }

            code.Gap();
            if (!contiguity.Replicates) continue;
            code.Lines("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            code.Lines($"private static ulong OffsetMaskOf{level.Name}(ulong entry) => (1UL << ShiftOf{level.Name}(entry)) - 1;").Gap();
        }
    }

    /// <summary>The test that a leaf's size field says what it may; for the careful walk.</summary>
    public static void Check(CodeWriter code, FormatSpec spec, LevelSpec level, string entry)
    {
        if (level.Contiguity is not { } contiguity) return;
        if (spec.NextLevel is { } next)
        {
            var (least, most) = (level.Shift + contiguity.MinLg2, level.Shift + contiguity.MaxLg2);
            code.Lines($"if (({entry} & {Words.Hex(next.Mask)}) != 0 && ShiftOf{level.Name}({entry}) is < {least} or > {most}) return WalkResult.Ended(WalkStatus.BadSize, {level.Level}, {entry});");
        }
        else if (contiguity.Form == ContiguityForm.OneHotInAddress)
        {
            var shift = level.Shift + contiguity.MinLg2;
            var low = $"({Addresses.Table(spec, entry)}) & {Words.Hex((1UL << shift) - 1)}";
            code.Lines($"if (({entry} & {Words.Hex(contiguity.Flag)}) != 0 && ({low}) != {Words.Hex(1UL << (shift - 1))}) return WalkResult.Ended(WalkStatus.{spec.ReservedFault}, {level.Level}, {entry});");
        }
    }
}
