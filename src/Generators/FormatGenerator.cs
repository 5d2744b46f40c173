using Fast.Generators.Emitting;
using Fast.Generators.Model;
using Fast.Generators.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Generators;

/// <summary><c>[PageTableFormat]</c> structs to their code, and to the list of them.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class FormatGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var options = context.Options().WithTrackingName(TrackingNames.Options);
        var specs = context.Declared(KnownNames.Format, TrackingNames.Format, static (type, _, location) => FormatParser.Parse(type, location));
        context.RegisterSourceOutput(
            specs.Combine(options)
                .Where(static pair => pair.Right.Emits(pair.Left.Name))
                .Select(static (pair, _) => new EmissionSpec(pair.Left, pair.Right.Scan, pair.Right.Hooks))
                .WithTrackingName(TrackingNames.FormatSpec),
            static (output, spec) => output.AddSource(spec.Format.Type.FileName + ".g.cs", FormatEmitter.Emit(spec)));

        var names = specs.Select(static (spec, _) => spec.Name).Collect();
        context.RegisterSourceOutput(
            options.Combine(names)
                .Select(static (pair, _) => EquatableArray<DiagnosticInfo>.From(pair.Left.Problems.Concat(OptionsParser.UnknownFormats(pair.Left, pair.Right))))
                .WithTrackingName(TrackingNames.OptionsDiagnostics),
            static (output, problems) =>
            {
                foreach (var problem in problems) output.ReportDiagnostic(problem.ToDiagnostic());
            });

        Registry(context, specs, options);
    }

    private static void Registry(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<FormatSpec> specs, IncrementalValueProvider<OptionsSpec> options)
    {
        var chosen = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.Registry,
                static (node, _) => node is CompilationUnitSyntax,
                static (target, _) => new AttributeReader(target.Attributes[0]).PositionalText(0))
            .WithTrackingName(TrackingNames.RegistryName)
            .Collect();
        var entries = specs
            .Where(static spec => spec.Type.IsReachable)
            .Select(static (spec, _) => new RegistryEntrySpec(spec.Name, spec.Type.Namespace, spec.Type.FileName, spec.Type.FullName, spec.Operations, Fingerprint.Of(spec)))
            .Combine(options)
            .Where(static pair => pair.Right.Emits(pair.Left.Format))
            .Select(static (pair, _) => pair.Left)
            .Collect();
        context.RegisterSourceOutput(
            entries.Combine(options).Combine(chosen)
                .Select(static (all, _) => RegistryParser.Of(all.Left.Left, all.Left.Right.RootNamespace, all.Right.FirstOrDefault()))
                .WithTrackingName(TrackingNames.RegistrySpec),
            static (output, spec) =>
            {
                if (spec != null) output.AddSource("FormatRegistry.g.cs", RegistryEmitter.Emit(spec));
            });
    }
}
