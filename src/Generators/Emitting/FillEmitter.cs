using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>Writing a stretch of the last table.</summary>
internal static class FillEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        var step = Words.Hex(spec.Step(level));
        var word = $"({Addresses.Encode(spec, "(request.Delta + input)")}) | request.Bits[0]";
        code.Lines($"// Writes count {level.Name} items from input on; nothing stands there.");
        code.Open($"private static void Fill{level.Name}(in MapRequest request, ref ulong items, nuint count, ulong input)");
        if (!spec.IsLinear)
        {
            code.Lines("// Within one address field neighbours differ by a constant; where the address carries into the next field it begins anew.");
            var low = spec.Segments[0].AddressLo + spec.Segments[0].Width;
            code.Lines($"var before = (nuint)((~(request.Delta + input) & {Words.Hex((1UL << low) - 1)}) >> {level.Shift}) + 1;");
            code.Open("if (before < count)");
            code.Lines($"Fill{level.Name}(request, ref items, before, input);");
            code.Lines($"Fill{level.Name}(request, ref Unsafe.Add(ref items, before), count - before, input + ((ulong)before << {level.Shift}));");
            code.Lines("return;").Close().Gap();
        }

        switch (level.Contiguity)
        {
            case null:
                code.Lines($"LeafFill.Fill(ref items, count, {word}, {step});");
                break;
            case { Form: ContiguityForm.HintBit } hint:
                Hint(code, level, hint, word, step);
                break;
            default:
                Replicated(code, level, level.Contiguity, word, step);
                break;
        }

        code.Close().Gap();
    }

    /// <summary>The aligned groups in the middle get the flag, what is before and behind them does not.</summary>
    private static void Hint(CodeWriter code, LevelSpec level, ContiguitySpec hint, string word, string step)
    {
        var (group, shift) = (1 << hint.MinLg2, level.Shift + hint.MinLg2);
        code.Lines($"var word = {word};");
        code.Lines("nuint head = count, body = 0;");
        code.Open($"if ((request.Delta & {Words.Hex((1UL << shift) - 1)}) == 0 && request.LargestShift >= {shift})");
        code.Lines($"head = Math.Min(count, (nuint)(0 - (input >> {level.Shift})) & {group - 1});");
        code.Lines($"body = (count - head) & ~(nuint){group - 1};").Close().Gap();
        code.Lines($"LeafFill.Fill(ref items, head, word, {step});");
        code.Lines("if (head == count) return;");
        code.Lines($"LeafFill.Fill(ref Unsafe.Add(ref items, head), body, (word + head * {step}) | {Words.Hex(hint.Flag)}, {step});");
        code.Lines($"LeafFill.Fill(ref Unsafe.Add(ref items, head + body), count - head - body, word + (head + body) * {step}, {step});");
    }

    private static void Replicated(CodeWriter code, LevelSpec level, ContiguitySpec contiguity, string word, string step)
    {
        code.Open($"if ((request.Delta & {Words.Hex((1UL << (level.Shift + contiguity.MinLg2)) - 1)}) != 0)");
        code.Lines($"LeafFill.Fill(ref items, count, {word}, {step});").Lines("return;").Close().Gap();
        code.Lines($"var last = input + ((ulong)count << {level.Shift}) - 1;");
        code.Open("for (nuint i = 0; i < count;)");
        code.Lines($"var lg2 = RunOf{level.Name}(request, input, last);");
        code.Lines($"WriteRunOf{level.Name}(request, ref Unsafe.Add(ref items, i), input, lg2);");
        code.Lines("i += (nuint)1 << lg2;");
        code.Lines($"input += {Words.Hex(1UL << level.Shift)} << lg2;");
        code.Close();
    }
}
