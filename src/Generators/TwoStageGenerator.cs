using Fast.Generators.Emitting;
using Fast.Generators.Model;
using Fast.Generators.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Generators;

/// <summary><c>[TwoStage]</c> structs to their walk.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class TwoStageGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.TwoStage,
                static (node, _) => node is StructDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.ValueText: "struct" },
                static (target, _) => TwoStageParser.Parse((INamedTypeSymbol)target.TargetSymbol, target.Attributes[0], target.TargetSymbol.Locations.FirstOrDefault()))
            .WithTrackingName(TrackingNames.TwoStage);

        context.RegisterSourceOutput(
            parsed.SelectMany(static (result, _) => result.Diagnostics).WithTrackingName(TrackingNames.TwoStageDiagnostics),
            static (output, problem) => output.ReportDiagnostic(problem.ToDiagnostic()));

        var options = context.AnalyzerConfigOptionsProvider.Select(static (provider, _) => OptionsParser.Parse(provider.GlobalOptions));
        context.RegisterSourceOutput(
            parsed.Where(static result => result.Value != null).Combine(options)
                .Where(static pair => pair.Right.Emits(pair.Left.Value!.Here))
                .Select(static (pair, _) => pair.Left.Value!)
                .WithTrackingName(TrackingNames.TwoStageSpec),
            static (output, spec) => output.AddSource(spec.Type.FileName + ".g.cs", TwoStageEmitter.Emit(spec)));
    }
}
