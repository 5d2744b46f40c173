using System.CommandLine;
using Fast.Linux;

namespace Fast.Tool.CommandLine;

/// <summary>IOMMUs on the command line.</summary>
internal static class IommuValues
{
    private static readonly string Accepted = string.Join(", ", IommuKinds.All.Select(kind => kind.Alias is { } alias ? $"{alias} ({kind.Id})" : kind.Id));

    /// <summary>The option that names the host's IOMMU.</summary>
    public static Option<IommuKind?> Option() => Values.One<IommuKind?>("--iommu", "ID", $"The host's IOMMU (default {IommuKinds.Vtd.Name}): {Accepted}.", Read);

    /// <summary>Reads the host's IOMMU.</summary>
    public static bool Read(string text, out IommuKind? iommu, out string? error)
    {
        iommu = IommuKinds.Find(text);
        var names = IommuKinds.All.SelectMany(kind => kind.Alias is { } alias ? new[] { alias, kind.Id } : [kind.Id]);
        error = iommu is null ? $"'{text}' is not an IOMMU that is modelled{NearestWord.Hint(text, names)}; accepted is {Accepted}" : null;
        return error is null;
    }
}
