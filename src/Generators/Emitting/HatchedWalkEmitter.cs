using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The contract of a walk for entries that pass through a hatch: the same descent for each method, with other endings.</summary>
internal static class HatchedWalkEmitter
{
    private const string Where = "\n    where TMemory : ITableMemory, allows ref struct";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines($"public static WalkResult Walk<TMemory>(in TMemory memory, ulong root, Iova input){Where} => WalkEntries(memory, root, input, out _);").Gap();
        code.Lines("/// <summary>Walks, and hands out the last entry as <see cref=\"DecodeEntry\"/> left it.</summary>");
        code.Open("private static WalkResult WalkEntries<TMemory>(in TMemory memory, ulong root, Iova input, out HatchedEntry hatched)" + Where);
        code.Lines("hatched = default;");
        new HatchedDescent(code, spec, Careful).Emit();
        code.Close().Gap();

        Method(code, "bool Follow<TMemory>(in TMemory memory, ulong root, Iova input, out Leaf leaf)");
        code.Lines("leaf = default;").Lines("HatchedEntry hatched = default;");
        new HatchedDescent(code, spec, new WalkEndings(Miss("return false;"), Miss("return false;"), (level, _) => $"leaf = {LeafValue(level)};\nreturn true;", false)).Emit();
        code.Close().Gap();

        var output = new WalkEndings(Miss("return PhysicalAddress.None;"), Miss("return PhysicalAddress.None;"), (level, _) => $"return new PhysicalAddress({Output(level)});", false);
        Method(code, "PhysicalAddress Translate<TMemory>(in TMemory memory, ulong root, Iova input)");
        code.Lines("HatchedEntry hatched = default;");
        new HatchedDescent(code, spec, output).Emit();
        code.Close().Gap();

        Method(code, "bool FindLastTable<TMemory>(in TMemory memory, ulong root, Iova input, out ulong table)");
        code.Lines("table = 0;");
        if (spec.Top > 0) code.Lines("HatchedEntry hatched = default;");
        new HatchedDescent(code, spec, new WalkEndings(Miss("return false;"), Miss("return false;"), (_, _) => "return false;", false)).EmitToLastTable();
        code.Close().Gap();

        Method(code, "PhysicalAddress TranslateInLastTable<TMemory>(in TMemory memory, ulong table, Iova input)");
        code.Lines("var ia = input.Value;").Lines("HatchedEntry hatched = default;");
        new HatchedDescent(code, spec, output).EmitFromLastTable();
        code.Close();
    }

    private static WalkEndings Careful => new(
        (level, entry, status) => $"return WalkResult.Ended({status}, {level}, {entry});",
        (level, entry, _) => $"return WalkResult.Ended(WalkStatus.NotBacked, {level}, {entry});",
        (level, entry) => $"return WalkResult.AtLeaf({level.Level}, {entry}, {LeafValue(level)});",
        IsCareful: true);

    private static Func<string, string, string, string> Miss(string text) => (_, _, _) => text;

    private static string Output(LevelSpec level) => $"hatched.Address & ~{Words.Hex(level.OffsetMask)} | ia & {Words.Hex(level.OffsetMask)}";

    private static string LeafValue(LevelSpec level) => $"new Leaf(new Pfn(({Output(level)}) >> 12), new PageSize({level.Shift}), hatched.Permissions)";

    private static void Method(CodeWriter code, string head)
    {
        code.Lines("/// <inheritdoc/>");
        code.Open("public static " + head + Where);
    }
}

/// <summary>How a method ends: without a leaf (level, entry, status), at a table that is not backed (level and entry above it), at a leaf.</summary>
internal sealed record WalkEndings(Func<string, string, string, string> Miss, Func<string, string, string, string> NotBacked, Func<LevelSpec, string, string> AtLeaf, bool IsCareful);
