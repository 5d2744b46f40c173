using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>The descent through entries that pass through a hatch, and the choice that a dual entry asks for.</summary>
internal sealed class HatchedDescent(CodeWriter code, FormatSpec spec, WalkEndings endings)
{
    private const string IsLeaf = "if (hatched.Kind == EntryKind.Leaf)";
    private const string IsNoTable = "if (hatched.Kind != EntryKind.Table)";
    private const string Status = "hatched.Status";

    private bool HasPairs => spec.Hatch!.Big != null;

    /// <summary>From the root to the leaf.</summary>
    public void Emit()
    {
        var table = Above(HasPairs ? 2 : 1);
        if (!HasPairs)
        {
            LastTable(spec.Levels[0], table, spec.Top == 0 ? "root" : Words.Entry(spec.Levels[1]), 0);
            return;
        }

        Pair(table);
        Choose();
    }

    /// <summary>From the root to the last table, or to the entry that points to two.</summary>
    public void EmitToLastTable()
    {
        var table = Above(HasPairs ? 2 : 1);
        if (!HasPairs)
        {
            code.Gap().Lines($"table = {table};").Lines("return true;");
            return;
        }

        var level = spec.Levels[1];
        Pair(table == "root" ? table : "at");
        code.Lines(HatchEmitter.Call(spec, level, "TableItems.Read(ref pair, 0)", 0));
        if (level.CanLeaf) code.Lines(IsLeaf + " return false;");
        code.Open(IsNoTable);
        code.Lines(HatchEmitter.Call(spec, level, "TableItems.Read(ref pair, 1)", 1)).Lines(IsNoTable + " return false;");
        code.Close().Gap();
        code.Lines($"table = {(table == "root" ? table : "at")} + (16UL * ({Words.Index(level, "ia")}));").Lines("return true;");
    }

    /// <summary>From what <see cref="EmitToLastTable"/> found to the leaf.</summary>
    public void EmitFromLastTable()
    {
        if (!HasPairs)
        {
            LastTable(spec.Levels[0], "table", "", 0);
            return;
        }

        code.Lines("ref var pair = ref TableItems.Of(ref memory.Table(table, 16));");
        code.Lines($"if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref pair)) {endings.NotBacked("", "", "")}");
        Choose();
    }

    /// <summary>The levels down to <paramref name="last"/>, one table each; returns where the table below is.</summary>
    private string Above(int last)
    {
        DescentEmitter.Start(code, spec, endings.Miss($"{spec.Top + 1}", "0", "WalkStatus.BadInput"), accumulate: false);
        var (table, above) = ("root", "root");
        foreach (var level in spec.Levels.Reverse().Where(level => level.Level >= last))
        {
            var e = Words.Entry(level);
            DescentEmitter.Read(code, spec, level, table, endings.NotBacked($"{level.Level + 1}", above, ""));
            code.Lines(HatchEmitter.Call(spec, level, e, 0));
            if (level.CanLeaf) AtLeaf(level, e);
            code.Lines($"{IsNoTable} {endings.Miss($"{level.Level}", e, Status)}");
            Refusals(level, e, leaf: false);
            (table, above) = ("hatched.Address", e);
        }

        return table;
    }

    private void Pair(string table)
    {
        var level = spec.Levels[1];
        var e = Words.Entry(level);
        code.Gap().Lines($"// {level.Name}: input bits {level.Shift + level.Bits - 1}:{level.Shift}, {Words.Size(level.Shift)} an item of two words");
        if (table == "at") code.Lines("var at = hatched.Address;");
        code.Lines($"ref var {e}Table = ref TableItems.Of(ref memory.Table({table}, {2 * Words.TableBytes(spec, level)}));");
        var above = spec.Top == 1 ? "root" : Words.Entry(spec.Levels[2]);
        code.Lines($"if (!TMemory.AlwaysBacked && Unsafe.IsNullRef(ref {e}Table)) {endings.NotBacked("2", above, "")}");
        code.Lines($"ref var pair = ref Unsafe.Add(ref {e}Table, 2 * ({Words.Index(level, "ia")}));");
    }

    /// <summary>The dual entry <c>pair</c>: the big table decides first; where it says nothing, the small one.</summary>
    private void Choose()
    {
        var (level, small, big) = (spec.Levels[1], spec.Levels[0], spec.Hatch!.Big!);
        var e = Words.Entry(big);
        code.Lines("var low = TableItems.Read(ref pair, 0);");
        code.Lines(HatchEmitter.Call(spec, level, "low", 0));
        if (level.CanLeaf) AtLeaf(level, "low");
        if (endings.IsCareful)
            code.Lines("// What is reported if neither table says anything else.").Lines("var (end, at, item) = (hatched.Status, 1, low);");
        code.Open("if (hatched.Kind == EntryKind.Table)");
        Refusals(level, "low", leaf: false);
        DescentEmitter.Read(code, spec, big, "hatched.Address", endings.NotBacked("1", "low", ""));
        code.Lines(HatchEmitter.Call(spec, big, e, 0));
        AtLeaf(big, e);
        code.Lines($"if (hatched.Kind != EntryKind.NotPresent) {endings.Miss("0", e, Status)}");
        if (endings.IsCareful) code.Lines($"(end, at, item) = (WalkStatus.NotPresent, 0, {e});");
        code.Close().Gap();

        code.Lines("var high = TableItems.Read(ref pair, 1);");
        code.Lines(HatchEmitter.Call(spec, level, "high", 1));
        code.Lines($"{IsNoTable} {endings.Miss("at", "item", "end")}");
        Refusals(level, "high", leaf: false);
        LastTable(small, "hatched.Address", "high", 1);
    }

    private void LastTable(LevelSpec level, string table, string above, int slot)
    {
        var e = Words.Entry(level);
        DescentEmitter.Read(code, spec, level, table, endings.NotBacked("1", above, ""));
        code.Lines(HatchEmitter.Call(spec, level, e, slot));
        AtLeaf(level, e);
        code.Lines(endings.Miss("0", e, Status));
    }

    private void AtLeaf(LevelSpec level, string entry)
    {
        code.Open(IsLeaf);
        Refusals(level, entry, leaf: true);
        code.Lines(endings.AtLeaf(level, entry));
        code.Close().Gap();
    }

    private void Refusals(LevelSpec level, string entry, bool leaf)
    {
        if (endings.IsCareful) CarefulWalkEmitter.Refusals(code, spec, level, entry, leaf);
    }
}
