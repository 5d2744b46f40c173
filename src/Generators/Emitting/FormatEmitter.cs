using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A format's file: header, type, members. A pure function of the spec.</summary>
internal static class FormatEmitter
{
    public static string Emit(EmissionSpec emission)
    {
        var code = new CodeWriter();
        var spec = emission.Format;
        HeaderEmitter.Emit(code, spec, emission);
        OpenType(code, spec.Type, $" : {Contracts(spec)}");
        FactsEmitter.Emit(code, spec);
        if ((spec.IsNarrow ? "Scalar" : emission.Scan) is { } widest) code.Lines("/// <inheritdoc/>").Lines($"public static ScanVariant WidestScan => ScanVariant.{widest};").Gap();
        if (spec.Hatch != null)
        {
            RightsEmitter.PermissionsOf(code, spec);
            HatchEmitter.Emit(code, spec);
            HatchedWalkEmitter.Emit(code, spec);
        }
        else if (spec.Has(FormatOperations.Walk))
        {
            RightsEmitter.PermissionsOf(code, spec);
            ContiguityEmitter.Sizes(code, spec);
            if (spec.DynamicTop) Widths(code, spec);
            WalkEmitter.Emit(code, spec);
        }

        if (spec.Has(FormatOperations.Runs)) RunsEmitter.Emit(code, spec);
        if (spec.Has(FormatOperations.Map))
        {
            RightsEmitter.Encode(code, spec);
            BitsEmitter.Emit(code, spec);
            CodingEmitter.Emit(code, spec);
            MapEmitter.Emit(code, spec);
            VisitEmitter.Emit(code, spec);
        }

        if (spec.Has(FormatOperations.Runs) || spec.Has(FormatOperations.Map) || (spec.IsNarrow && spec.Has(FormatOperations.Walk))) LevelEmitter.Emit(code, spec, emission.Hooks);

        CloseType(code, spec.Type);
        // The hooks have the names and signatures of what they stand for; a fill of a level goes item by item.
        return emission.Hooks
            ? code.ToString().Replace("TableItems.", "TableHooks.").Replace("LeafFill.Fill(", $"LeafFill.Fill<{spec.Levels[0].Name}Level>(")
            : code.ToString();
    }

    public static void OpenType(CodeWriter code, HierarchySpec type, string contracts)
    {
        if (type.Namespace.Length != 0) code.Lines($"namespace {type.Namespace};").Gap();
        foreach (var container in type.Containers) code.Open(container);
        code.Open($"partial {type.Kind} {type.Name}{contracts}");
    }

    public static void CloseType(CodeWriter code, HierarchySpec type)
    {
        code.Close();
        foreach (var _ in type.Containers) code.Close();
    }

    /// <summary>One call per possible level of a growing root, or the one there is.</summary>
    public static void PerTop(CodeWriter code, FormatSpec spec, Func<LevelSpec, string> call)
    {
        if (!spec.DynamicTop)
        {
            code.Lines(call(spec.Levels[spec.Top]));
            return;
        }

        code.Open("switch ((int)root & 7)");
        foreach (var level in spec.Levels) code.Lines($"{(level.Level == spec.Top ? "default" : $"case {level.Level}")}: {call(level)}");
        code.Close();
    }

    private static void Widths(CodeWriter code, FormatSpec spec)
    {
        code.Lines("// Input-address bits that a root of each level translates.");
        code.Lines($"private static int WidthOf(int top) => top switch {{ {string.Join(", ", spec.Levels.Select(level => $"{(level.Level == spec.Top ? "_" : level.Level.ToString())} => {Words.Width(level)}"))} }};").Gap();
    }

    private static string Contracts(FormatSpec spec)
    {
        var contracts = new List<string>();
        if (spec.Has(FormatOperations.Runs)) contracts.Add("IRunFormat");
        if (spec.Has(FormatOperations.Map)) contracts.Add("IMapFormat");
        if (spec.Has(FormatOperations.Protect)) contracts.Add("IProtectFormat");
        if (spec.Has(FormatOperations.Split)) contracts.Add("ISplitFormat");
        if (spec.Has(FormatOperations.Harvest) && spec.Accessed != 0) contracts.Add("IAccessedFormat");
        if (spec.Has(FormatOperations.Harvest) && spec.Dirty != null) contracts.Add("IDirtyFormat");
        if (contracts.Count == 0) contracts.Add(spec.Has(FormatOperations.Walk) ? "IWalkFormat" : "IPageTableFormat");
        return string.Join(", ", contracts.Select(contract => "global::Fast.PageTables." + contract));
    }
}
