using System.Collections.Immutable;
using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>Every rule there is; docs/check.md lists what they find.</summary>
internal static class AllFindings
{
    /// <summary>What holds, the most severe first.</summary>
    public static ImmutableArray<Finding> Of(CheckFacts facts) =>
    [
        .. new[] { KernelFindings.Of(facts), IommuFindings.Of(facts), BarFindings.Of(facts), WindowFindings.Of(facts), ProcessFindings.Of(facts), MappingFindings.Of(facts) }
            .SelectMany(findings => findings).OrderByDescending(finding => finding.Severity),
    ];
}
