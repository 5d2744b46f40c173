using Fast.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Generators.Parsing;

/// <summary>
/// The stages that all declarations go through. A transform returns values only, nothing of the compilation, so an edit elsewhere costs no emission; a
/// declaration with errors yields diagnostics and no code.
/// </summary>
internal static class DeclarationPipeline
{
    /// <summary>Structs with an attribute, parsed; what is wrong with them is reported.</summary>
    /// <param name="context">The generator's.</param>
    /// <param name="attribute">Metadata name of the attribute.</param>
    /// <param name="stage">Name of the stage; that of the reports is the same with <c>Diagnostics</c> behind.</param>
    /// <param name="parse">Parses one; it may keep nothing of what it is given.</param>
    public static IncrementalValuesProvider<T> Declared<T>(
        this IncrementalGeneratorInitializationContext context, string attribute, string stage, Func<INamedTypeSymbol, AttributeData, Location?, Parsed<T>> parse)
        where T : class, IEquatable<T>
    {
        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is StructDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.ValueText: "struct" },
                (target, _) => parse((INamedTypeSymbol)target.TargetSymbol, target.Attributes[0], target.TargetSymbol.Locations.FirstOrDefault()))
            .WithTrackingName(stage);
        context.RegisterSourceOutput(
            parsed.SelectMany(static (result, _) => result.Diagnostics).WithTrackingName(stage + "Diagnostics"),
            static (output, problem) => output.ReportDiagnostic(problem.ToDiagnostic()));
        return parsed.Where(static result => result.Value != null).Select(static (result, _) => result.Value!);
    }

    /// <summary>The MSBuild properties.</summary>
    public static IncrementalValueProvider<OptionsSpec> Options(this IncrementalGeneratorInitializationContext context) =>
        context.AnalyzerConfigOptionsProvider.Select(static (provider, _) => OptionsParser.Parse(provider.GlobalOptions));

    /// <summary>Structs that ask for code for two formats, to their files.</summary>
    public static void RegisterPairs<T>(
        this IncrementalGeneratorInitializationContext context, string attribute, string stage, Func<INamedTypeSymbol, AttributeData, Location?, Parsed<T>> parse, Func<T, string> emit)
        where T : class, IPairSpec, IEquatable<T> =>
        context.RegisterSourceOutput(
            context.Declared(attribute, stage, parse).Combine(context.Options())
                .Where(static pair => pair.Right.Emits(pair.Left.Here))
                .Select(static (pair, _) => pair.Left)
                .WithTrackingName(stage + "Spec"),
            (output, spec) => output.AddSource(spec.Type.FileName + ".g.cs", emit(spec)));
}
