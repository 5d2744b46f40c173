using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A large leaf over a table that holds no leaf: the table goes, as generic_pt's map does it.</summary>
internal static class ReplaceEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        if (!MapEmitter.HasRunsOnly(level)) Replace(code, spec, level, below, e);
        if (level.Contiguity != null) Vacate(code, spec, level, below, e);
        code.Open($"private static bool IsEmpty{below.Name}(TableArena arena, ulong table)");
        code.Lines($"ref var items = ref TableItems.Of(ref arena.Memory.Table(table, {Words.TableBytes(spec, below)}));");
        if (below.Level == 0)
        {
            code.Lines($"return LeafFill.FindOccupied(ref items, {below.Items}) == {below.Items};");
        }
        else
        {
            var b = Words.Entry(below);
            code.Open($"for (nuint index = 0; index < {below.Items}; index++)");
            code.Lines($"var {b} = TableItems.Read(ref items, index);");
            code.Lines($"if ({b} == 0) continue;");
            var leafTest = Words.IsLeaf(spec, below, b) is { } isLeaf ? $" || {isLeaf}" : "";
            code.Lines($"if ({Words.IsAbsent(spec, b)}{leafTest} || !IsEmpty{spec.Levels[below.Level - 1].Name}(arena, {Addresses.Table(spec, b)})) return false;");
            code.Close().Gap().Lines("return true;");
        }

        code.Close().Gap();
    }

    private static void Replace(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        code.Lines($"// {level.Name} takes a leaf although a table stands there, if the table holds no leaf. Cold: tables that were emptied but kept.");
        code.Open($"private static bool ReplaceEmpty{level.Name}(ref MapRequest request, ref ulong items, nuint index, ulong {e}, ulong leaf)");
        code.Lines($"var table = {Addresses.Table(spec, e)};");
        code.Lines($"if ({Words.IsAbsent(spec, e)} || {Words.IsLeaf(spec, level, e)} || !IsEmpty{below.Name}(request.Arena, table)) return false;");
        code.Lines("request.BeginReplace();");
        code.Lines("TableItems.Publish(ref items, index, leaf);");
        code.Lines("LeafCounts none = default;");
        code.Lines($"Release{below.Name}(request.Arena, table, ref none);");
        code.Lines("request.EndReplace();");
        code.Lines("return true;");
        code.Close().Gap();
    }

    /// <summary>The same for a leaf of several items.</summary>
    private static void Vacate(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        code.Lines($"// Whether count items are free for one leaf. Cold: tables that were emptied but kept stand there, and go.");
        code.Open($"private static bool Vacate{level.Name}(ref MapRequest request, ref ulong items, nuint count)");
        code.Lines("if (LeafFill.FindOccupied(ref items, count) == count) return true;");
        code.Open("for (nuint i = 0; i < count; i++)");
        code.Lines($"var {e} = TableItems.Read(ref items, i);");
        code.Lines($"if ({e} == 0) continue;");
        code.Lines($"if ({Words.IsAbsent(spec, e)} || {Words.IsLeaf(spec, level, e)} || !IsEmpty{below.Name}(request.Arena, {Addresses.Table(spec, e)})) return false;");
        code.Close().Gap();
        code.Lines("request.BeginReplace();");
        code.Lines("LeafCounts none = default;");
        code.Open("for (nuint i = 0; i < count; i++)");
        code.Lines($"var {e} = TableItems.Read(ref items, i);");
        code.Lines($"if ({e} == 0) continue;");
        code.Lines("TableItems.Publish(ref items, i, 0);");
        code.Lines($"Release{below.Name}(request.Arena, {Addresses.Table(spec, e)}, ref none);");
        code.Close().Gap();
        code.Lines("request.EndReplace();");
        code.Lines("return true;");
        code.Close().Gap();
    }
}
