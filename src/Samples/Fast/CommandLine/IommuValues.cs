using Fast.Machines;

namespace Fast.Tool.CommandLine;

/// <summary>IOMMUs on the command line.</summary>
internal static class IommuValues
{
    private const string NotBuilt = "amdv1";

    /// <summary>Reads the host's IOMMU.</summary>
    public static bool Read(string text, out BarIommu? iommu, out string? error)
    {
        var words = Words.All<BarIommu>();
        var known = words.Contains(text);
        iommu = known ? Words.Parse<BarIommu>(text) : null;
        error = (known, text) switch
        {
            (true, _) => null,
            (_, NotBuilt) => $"'{NotBuilt}' is not modelled yet; accepted is {string.Join(", ", words)}",
            _ => $"'{text}' is not an IOMMU that is modelled; accepted is {string.Join(", ", words)}",
        };
        return known;
    }
}
