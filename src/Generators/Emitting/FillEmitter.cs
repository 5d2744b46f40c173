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
            code.Lines("// Within one address field neighbours differ by a constant; a carry into the next field is written item by item.");
            var low = spec.Segments[0].AddressLo + spec.Segments[0].Width;
            code.Lines($"var last = input + ((ulong)count << {level.Shift}) - 1;");
            code.Open($"if (((request.Delta + input) ^ (request.Delta + last)) >> {low} != 0)");
            code.Open($"for (nuint i = 0; i < count; i++, input += {Words.Hex(1UL << level.Shift)})");
            code.Lines($"TableItems.Publish(ref items, i, {word});").Close().Gap();
            code.Lines("return;").Close().Gap();
        }

        code.Lines(level.Contiguity == null ? $"LeafFill.Fill(ref items, count, {word}, {step});" : $"LeafRuns.Fill<{level.Name}Level>(request, ref items, count, input);");
        code.Close().Gap();
    }
}
