using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

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
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: false, nullableContextOptions: nullable, generalDiagnosticOption: ReportDiagnostic.Error, warningLevel: 9999)
            // Declarations here say what a test needs of them, not what every bit is: that is AccountTests' affair.
            .WithSpecificDiagnosticOptions([new("FAST016", ReportDiagnostic.Suppress), new("FAST017", ReportDiagnostic.Suppress)]));

    public static CSharpCompilation Compilation(params string[] sources) => Compilation(NullableContextOptions.Enable, sources);

    public static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Parsing, path: "Added.cs");

    public static GeneratorDriver Driver(params (string Name, string Value)[] properties) => CSharpGeneratorDriver.Create(
        [new FormatGenerator().AsSourceGenerator(), new PinGenerator().AsSourceGenerator(), new TwoStageGenerator().AsSourceGenerator()],
        parseOptions: Parsing,
        optionsProvider: new Properties(properties),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs all generators once.</summary>
    public static Outcome Run(Compilation compilation, params (string Name, string Value)[] properties)
    {
        var driver = Driver(properties).RunGeneratorsAndUpdateCompilation(compilation, out var after, out var diagnostics);
        var results = driver.GetRunResult().Results;
        return new Outcome(
            after,
            diagnostics,
            results.SelectMany(result => result.GeneratedSources).ToDictionary(source => source.HintName, source => source.SourceText.ToString()));
    }

    public static Outcome Run(params string[] sources) => Run(Compilation(sources));

    /// <summary>MSBuild properties as the build shows them to the compiler.</summary>
    public static AnalyzerConfigOptionsProvider Options(params (string Name, string Value)[] properties) => new Properties(properties);

    private sealed class Properties((string Name, string Value)[] properties) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(properties.ToDictionary(property => "build_property." + property.Name, property => property.Value));

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}

/// <summary>What a run of the generators yielded.</summary>
internal sealed record Outcome(Compilation Compilation, ImmutableArray<Diagnostic> Diagnostics, Dictionary<string, string> Files)
{
    /// <summary>What the compiler says about everything, emitted code included. That the declarations here have no comments is their affair.</summary>
    public IEnumerable<Diagnostic> Complaints => Compilation.GetDiagnostics().Where(diagnostic =>
        diagnostic.Severity >= DiagnosticSeverity.Warning
        && !(diagnostic.Id == "CS1591" && diagnostic.Location.GetLineSpan().Path.StartsWith("Source", StringComparison.Ordinal)));
}
