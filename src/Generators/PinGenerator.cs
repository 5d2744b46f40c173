using Fast.Generators.Emitting;
using Fast.Generators.Parsing;
using Microsoft.CodeAnalysis;

namespace Fast.Generators;

/// <summary><c>[BatchPin]</c> structs to their fused pin loop.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class PinGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) =>
        context.RegisterPairs(KnownNames.BatchPin, TrackingNames.Pin, PinParser.Parse, PinEmitter.Emit);
}
