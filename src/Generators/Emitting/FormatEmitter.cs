using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A format's file: header, type, members. A pure function of the spec.</summary>
internal static class FormatEmitter
{
    public static string Emit(FormatSpec spec)
    {
        var code = new CodeWriter();
        HeaderEmitter.Emit(code, spec);
        OpenType(code, spec.Type, $" : {Contracts(spec)}");
        FactsEmitter.Emit(code, spec);
        if (spec.Has(FormatOperations.Walk)) WalkEmitter.Emit(code, spec);
        if (spec.Has(FormatOperations.Runs)) RunsEmitter.Emit(code, spec);
        if (spec.Has(FormatOperations.Map))
        {
            MapEmitter.Emit(code, spec);
            UnmapEmitter.Emit(code, spec);
        }

        CloseType(code, spec.Type);
        return code.ToString();
    }

    public static void OpenType(CodeWriter code, HierarchySpec type, string contracts)
    {
        if (type.Namespace.Length != 0) code.Open("namespace " + type.Namespace);
        foreach (var container in type.Containers) code.Open(container);
        code.Open($"partial {type.Kind} {type.Name}{contracts}");
    }

    public static void CloseType(CodeWriter code, HierarchySpec type)
    {
        code.Close();
        foreach (var _ in type.Containers) code.Close();
        if (type.Namespace.Length != 0) code.Close();
    }

    private static string Contracts(FormatSpec spec)
    {
        var contracts = new List<string>();
        if (spec.Has(FormatOperations.Runs)) contracts.Add("IRunFormat");
        if (spec.Has(FormatOperations.Map)) contracts.Add("IMapFormat");
        if (contracts.Count == 0) contracts.Add(spec.Has(FormatOperations.Walk) ? "IWalkFormat" : "IPageTableFormat");
        return string.Join(", ", contracts.Select(contract => "global::Fast.PageTables." + contract));
    }
}
