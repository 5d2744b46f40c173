using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The small functions of leaves that take several items: how large one is, how large one may be written, how it is written.</summary>
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

    /// <summary>How many items, as log2, the largest leaf at an address may take; and the word of such a leaf.</summary>
    public static void Writing(CodeWriter code, FormatSpec spec)
    {
        foreach (var level in spec.Levels)
        {
            if (level.Contiguity is not { } contiguity) continue;
            code.Lines($"// log2 of the items of the largest leaf that fits at input..last; 0: a single {level.Name}.");
            code.Open($"private static int RunOf{level.Name}(in MapRequest request, ulong input, ulong last)");
            if (contiguity.MinLg2 == contiguity.MaxLg2)
            {
                var offset = Words.Hex((1UL << (level.Shift + contiguity.MinLg2)) - 1);
                code.Lines($"return ((request.Delta | input) & {offset}) == 0 && last - input >= {offset} && request.LargestShift >= {level.Shift + contiguity.MinLg2} ? {contiguity.MinLg2} : 0;");
            }
            else
            {
                code.Lines("// Both addresses aligned: so is their difference.");
                code.Lines("var shift = System.Numerics.BitOperations.TrailingZeroCount(request.Delta | input | 1UL << 63);");
                code.Lines("shift = Math.Min(shift, last - input == ulong.MaxValue ? 63 : System.Numerics.BitOperations.Log2(last - input + 1));");
                code.Lines("shift = Math.Min(shift, request.LargestShift);");
                if (contiguity.ExceptShift > level.Shift) code.Lines($"if (shift == {contiguity.ExceptShift}) shift--;");
                code.Lines($"return Math.Min(Math.Max(shift - {level.Shift}, 0), {contiguity.MaxLg2});");
            }

            code.Close().Gap();
            code.Lines($"// Writes one leaf of 2^lg2 {level.Name} items.");
            code.Open($"private static void WriteRunOf{level.Name}(in MapRequest request, ref ulong items, ulong input, int lg2)");
            var bits = $"request.Bits[{level.Level}]";
            if (spec.NextLevel is { } nextLevel)
            {
                code.Lines($"var size = {Words.Hex(1UL << level.Shift)} << lg2;");
                code.Lines($"var word = ({Addresses.Encode(spec, "(request.Delta + input)")}) | {bits};");
                code.Lines($"if (lg2 != 0) word |= (size / 2 - 1 & ~{Words.Hex((1UL << spec.Granule) - 1)}) | {Words.Hex(nextLevel.Mask)};");
                code.Lines("LeafFill.Fill(ref items, (nuint)1 << lg2, word, 0);");
            }
            else if (contiguity.Form == ContiguityForm.OneHotInAddress)
            {
                var half = Words.Hex(1UL << (level.Shift + contiguity.MinLg2 - 1));
                code.Lines($"if (lg2 == 0) TableItems.Publish(ref items, 0, ({Addresses.Encode(spec, "(request.Delta + input)")}) | {bits});");
                code.Lines($"else LeafFill.Fill(ref items, (nuint)1 << lg2, ({Addresses.Encode(spec, $"(request.Delta + input | {half})")}) | {bits} | {Words.Hex(contiguity.Flag)}, 0);");
            }
            else
            {
                code.Lines($"var word = ({Addresses.Encode(spec, "(request.Delta + input)")}) | {bits};");
                code.Lines($"LeafFill.Fill(ref items, (nuint)1 << lg2, lg2 == 0 ? word : word | {Words.Hex(contiguity.Flag)}, {Words.Hex(spec.Step(level))});");
            }

            code.Close().Gap();
        }
    }
}
