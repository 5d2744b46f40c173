using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A large leaf over a table that holds no leaf: the table goes, as generic_pt's map does it.</summary>
internal static class ReplaceEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec, LevelSpec level, LevelSpec below, string e)
    {
        var table = Addresses.Table(spec, e);
        var all = VisitEmitter.Span(below);
        code.Lines($"// {level.Name} takes a leaf although a table stands there, if the table holds no leaf. Cold: tables that were emptied but kept.");
        code.Open($"private static bool ReplaceEmpty{level.Name}(ref MapRequest request, ref ulong items, nuint index, ulong {e}, ulong leaf)");
        code.Lines($"if ({Words.IsAbsent(spec, e)} || {Words.IsLeaf(spec, level, e)}) return false;");
        code.Lines("var visit = request.Visit();");
        code.Lines($"if (!Visit{below.Name}<FindNothing>(ref visit, {table}, 0, {all})) return false;");
        code.Lines("request.BeginReplace();");
        code.Lines("TableItems.Publish(ref items, index, leaf);");
        code.Lines($"Visit{below.Name}<ReleaseTables>(ref visit, {table}, 0, {all});");
        code.Lines($"request.Arena.Free({table}, {Words.TableBytes(spec, below)});");
        code.Lines("request.EndReplace();");
        code.Lines("return true;");
        code.Close().Gap();
    }
}
