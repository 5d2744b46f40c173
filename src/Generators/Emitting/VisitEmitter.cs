using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The visit of a range. What is done with the items of a table stands in the library; emitted is which level lies below which.</summary>
internal static class VisitEmitter
{
    private const string Where = "where TChange : struct, IRangeChange";

    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var root = spec.DynamicTop ? "root & ~7UL" : "root";
        code.Lines("/// <inheritdoc/>");
        code.Open($"public static bool Visit<TChange>(ref ChangeRequest request, ulong root)\n    {Where}");
        if (spec.DynamicTop)
        {
            code.Lines("// Nothing stands where the root does not reach.");
            code.Lines("var top = (int)root & 7;");
            code.Lines($"if (top < {spec.Top} && request.Input >> WidthOf(top) != 0) return true;");
            code.Lines($"if (top < {spec.Top}) request.Last = Math.Min(request.Last, (1UL << WidthOf(top)) - 1);");
        }

        FormatEmitter.PerTop(code, spec, level => $"return {level.Name}Level.Visit<TChange>(ref request, {root}, request.Input, request.Last);");
        code.Close().Gap();
    }

    /// <summary>The member of a level's type that visits a table of it.</summary>
    public static void Member(CodeWriter code, FormatSpec spec, LevelSpec level)
    {
        var visit = level.Level == 0 ? $"RunLast<TChange, {level.Name}Level>" : $"Run<TChange, {level.Name}Level, {spec.Levels[level.Level - 1].Name}Level>";
        code.Lines($"public static bool Visit<TChange>(ref ChangeRequest request, ulong table, ulong input, ulong last)\n    {Where} => LevelVisit.{visit}(ref request, table, input, last);");
    }
}
