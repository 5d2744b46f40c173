using Fast.Generators.Emitting;
using Fast.Generators.Parsing;
using Microsoft.CodeAnalysis;

namespace Fast.Generators;

/// <summary><c>[TwoStage]</c> structs to their walk.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class TwoStageGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) =>
        context.RegisterPairs(KnownNames.TwoStage, TrackingNames.TwoStage, TwoStageParser.Parse, TwoStageEmitter.Emit);
}
