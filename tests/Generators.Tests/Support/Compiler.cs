using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fast.Generators.Tests;

/// <summary>A user's project in memory: C# 14, no unsafe code, every warning an error.</summary>
internal static class Compiler
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) is "netstandard.dll" or "mscorlib.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(PageTables.Iova).Assembly.Location),
    ];

    public static CSharpCompilation Compilation(NullableContextOptions nullable, params string[] sources) => CSharpCompilation.Create(
        "Consumer",
        sources.Select((source, index) => CSharpSyntaxTree.ParseText(source, Parsing, path: $"Source{index}.cs")),
        References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: false, nullableContextOptions: nullable, generalDiagnosticOption: ReportDiagnostic.Error, warningLevel: 9999));

    public static CSharpCompilation Compilation(params string[] sources) => Compilation(NullableContextOptions.Enable, sources);

    public static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Parsing, path: "Added.cs");

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new FormatGenerator().AsSourceGenerator(), new PinGenerator().AsSourceGenerator()],
        parseOptions: Parsing,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs both generators once.</summary>
    public static Outcome Run(Compilation compilation)
    {
        var driver = Driver().RunGeneratorsAndUpdateCompilation(compilation, out var after, out var diagnostics);
        var results = driver.GetRunResult().Results;
        return new Outcome(
            after,
            diagnostics,
            results.SelectMany(result => result.GeneratedSources).ToDictionary(source => source.HintName, source => source.SourceText.ToString()));
    }

    public static Outcome Run(params string[] sources) => Run(Compilation(sources));
}

/// <summary>What a run of the generators yielded.</summary>
internal sealed record Outcome(Compilation Compilation, ImmutableArray<Diagnostic> Diagnostics, Dictionary<string, string> Files)
{
    /// <summary>What the compiler says about everything, emitted code included. That the declarations here have no comments is their affair.</summary>
    public IEnumerable<Diagnostic> Complaints => Compilation.GetDiagnostics().Where(diagnostic =>
        diagnostic.Severity >= DiagnosticSeverity.Warning
        && !(diagnostic.Id == "CS1591" && diagnostic.Location.GetLineSpan().Path.StartsWith("Source", StringComparison.Ordinal)));
}
