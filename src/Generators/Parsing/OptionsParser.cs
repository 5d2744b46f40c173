using Fast.Generators.Diagnostics;
using Fast.Generators.Model;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Fast.Generators.Parsing;

/// <summary>MSBuild properties to <see cref="OptionsSpec"/>. A wrong value is told once and then counts as not set.</summary>
internal static class OptionsParser
{
    private const string Prefix = "build_property.";

    private static readonly string[] Scans = ["Scalar", "Vector128", "Vector256", "Vector512"];

    public static OptionsSpec Parse(AnalyzerConfigOptions options)
    {
        var problems = new List<DiagnosticInfo>();
        var scan = Property("FastPageTablesScan");
        var known = Scans.FirstOrDefault(name => name.Equals(scan, StringComparison.OrdinalIgnoreCase));
        if (scan.Length != 0 && known == null) problems.Add(DiagnosticInfo.Of(Descriptors.BadScan, null, scan));
        var hooks = Property("FastPageTablesTestHooks");
        if (hooks.Length != 0 && !bool.TryParse(hooks, out _)) problems.Add(DiagnosticInfo.Of(Descriptors.BadHooks, null, hooks));
        // A semicolon would begin a comment on the way here: the targets file writes commas instead.
        var formats = Property("FastPageTablesFormatList").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim()).Where(name => name.Length != 0);
        return new OptionsSpec(
            EquatableArray<string>.From(formats.Distinct(StringComparer.OrdinalIgnoreCase).OrderBy(name => name, StringComparer.Ordinal)),
            known == Scans[Scans.Length - 1] ? null : known,
            bool.TryParse(hooks, out var on) && on,
            Property("RootNamespace"),
            EquatableArray<DiagnosticInfo>.From(problems));

        string Property(string name) => options.TryGetValue(Prefix + name, out var value) ? value.Trim() : "";
    }

    /// <summary>What is wrong with the list of formats, given those that the compilation declares.</summary>
    public static EquatableArray<DiagnosticInfo> UnknownFormats(OptionsSpec options, IEnumerable<string> declared)
    {
        var known = declared.Distinct(StringComparer.Ordinal).OrderBy(name => name, StringComparer.Ordinal).ToList();
        // Without formats there is nothing to choose from: a property may be set for many projects at once.
        if (known.Count == 0) return default;
        return EquatableArray<DiagnosticInfo>.From(options.Formats
            .Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Select(name => DiagnosticInfo.Of(Descriptors.UnknownFormat, null, name, string.Join(", ", known))));
    }
}
