using Fast.Generators.Emitting;
using Fast.Generators.Model;
using Fast.Generators.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Generators;

/// <summary>
/// <c>[PageTableFormat]</c> structs to their code. The transform returns values only, nothing of the compilation, so an edit elsewhere costs no
/// emission; a declaration with errors yields diagnostics and no code.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class FormatGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.Format,
                static (node, _) => node is StructDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.ValueText: "struct" },
                static (target, _) => FormatParser.Parse((INamedTypeSymbol)target.TargetSymbol, target.TargetSymbol.Locations.FirstOrDefault()))
            .WithTrackingName(TrackingNames.Format);

        context.RegisterSourceOutput(
            parsed.SelectMany(static (result, _) => result.Diagnostics).WithTrackingName(TrackingNames.FormatDiagnostics),
            static (output, problem) => output.ReportDiagnostic(problem.ToDiagnostic()));

        context.RegisterSourceOutput(
            parsed.Where(static result => result.Value != null).Select(static (result, _) => result.Value!).WithTrackingName(TrackingNames.FormatSpec),
            static (output, spec) => output.AddSource(spec.Type.FileName + ".g.cs", FormatEmitter.Emit(spec)));
    }
}
