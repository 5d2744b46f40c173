using System.Collections.Immutable;

namespace Fast.PageTables;

/// <summary>What an implementation of a format lacks: fewer physical address bits, missing features. Bits that it lacks must be zero.</summary>
/// <param name="PhysicalBits">Implemented physical address width (MAXPHYADDR, HAW).</param>
/// <param name="AbsentFeatures">Names of declared features that are missing.</param>
public sealed record FormatLimits(int PhysicalBits, ImmutableArray<string> AbsentFeatures)
{
    /// <summary>Everything that the format can have.</summary>
    public static FormatLimits None { get; } = new(64, []);

    /// <summary>Whether a feature, if any is named, is missing.</summary>
    public bool Lacks(string? feature) => feature != null && AbsentFeatures.Contains(feature);
}
