namespace Fast.Generators.Model;

/// <summary>What a project asks of the generator by MSBuild properties; docs/options.md.</summary>
/// <param name="Formats">Ids of the formats to emit; empty: all.</param>
/// <param name="Scan">Widest scan, as a member of <c>ScanVariant</c>; <see langword="null"/>: no limit.</param>
/// <param name="Hooks">Whether accesses to items go through <c>TableHooks</c>.</param>
/// <param name="RootNamespace">The project's root namespace, as it is.</param>
/// <param name="Problems">What is wrong with the properties.</param>
internal sealed record OptionsSpec(EquatableArray<string> Formats, string? Scan, bool Hooks, string RootNamespace, EquatableArray<DiagnosticInfo> Problems)
{
    /// <summary>No property set.</summary>
    public static OptionsSpec None { get; } = new(default, null, false, "", default);

    public bool Emits(string format) => Formats.Count == 0 || Formats.Contains(format, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a pair is emitted: all of its formats that this compilation declares are.</summary>
    public bool Emits(EquatableArray<string> here) => here.All(Emits);
}

/// <summary>A format and how it is emitted.</summary>
internal sealed record EmissionSpec(FormatSpec Format, string? Scan, bool Hooks);
