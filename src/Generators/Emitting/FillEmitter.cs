using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>Writing a stretch of the last table.</summary>
internal static class FillEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        var step = Words.Hex(spec.Step(level));
        var word = $"{Addresses.Encode(spec, "(request.Delta + input)")} | request.Bits[0]";
        code.Lines($"// Writes count {level.Name} items from input on; nothing stands there.");
        code.Open($"private static void Fill{level.Name}(in MapRequest request, ref ulong items, nuint count, ulong input)");
        if (!spec.IsLinear)
        {
            code.Lines("// Within one address field neighbours differ by a constant; where the address carries into the next field it begins anew.");
            var low = spec.Segments[0].AddressLo + spec.Segments[0].Width;
            code.Lines($"var before = (nuint)((~(request.Delta + input) & {Words.Hex((1UL << low) - 1)}) >> {level.Shift}) + 1;");
            code.Open("if (before < count)");
            code.Lines($"Fill{level.Name}(request, ref items, before, input);");
            code.Lines($"Fill{level.Name}(request, ref {Words.ItemsFrom(spec, level, "before")}, count - before, input + ((ulong)before << {level.Shift}));");
            code.Lines("return;").Close().Gap();
        }

        code.Lines(level.Contiguity == null ? $"{Words.Stretch(spec, level, "Fill")}(ref items, count, {word}, {step});" : $"LeafRuns.Fill<{level.Name}Level>(request, ref items, count, input);");
        code.Close().Gap();
    }
}
