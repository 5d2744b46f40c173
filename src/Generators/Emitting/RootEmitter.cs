using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A root that grows: the old root becomes the first table of a new one.</summary>
internal static class RootEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        if (!spec.DynamicTop)
        {
            code.Lines("public static MapStatus GrowRoot(TableArena arena, ref ulong root, ulong last) => MapStatus.Done;").Gap();
            return;
        }

        code.Open("public static MapStatus GrowRoot(TableArena arena, ref ulong root, ulong last)");
        code.Open("while (true)");
        code.Lines("var old = System.Threading.Volatile.Read(ref root);").Lines("var top = (int)old & 7;");
        code.Lines($"if (top == {spec.Top} || last >> WidthOf(top) == 0) return MapStatus.Done;");
        code.Lines($"var bytes = top switch {{ {string.Join(", ", spec.Levels.Skip(1).Select(level => $"{(level.Level == spec.Top ? "_" : (level.Level - 1).ToString())} => {Words.TableBytes(spec, level)}"))} }};");
        code.Lines("if (!arena.TryAllocate(bytes, zeroed: true, out var table)) return MapStatus.OutOfTables;");
        code.Lines($"var link = top switch {{ {string.Join(", ", spec.Levels.Skip(1).Select(level => $"{(level.Level == spec.Top ? "_" : (level.Level - 1).ToString())} => {Words.Hex(level.TableValue)}"))} }};");
        code.Lines($"TableItems.Publish(ref TableItems.Of(ref arena.Memory.Table(table, (nuint)bytes)), 0, {Addresses.Encode(spec, "(old & ~7UL)")} | link);");
        code.Lines("// Level and address in one word, in one exchange: a reader sees the old pair or the new one.");
        code.Lines("if (System.Threading.Interlocked.CompareExchange(ref root, table | (uint)(top + 1), old) != old) arena.Free(table, bytes);");
        code.Close().Close().Gap();
    }
}
