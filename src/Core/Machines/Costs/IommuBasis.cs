using Fast.Linux;

namespace Fast.Machines;

/// <summary>What the price of steps taken with an IOMMU stands on. The steps themselves are executed whatever the IOMMU is.</summary>
/// <param name="Confidence">Kind of origin.</param>
/// <param name="Reason">The same in words.</param>
public sealed record IommuBasis(Evidence Confidence, string Reason)
{
    /// <summary>The basis for <paramref name="kind"/> on a host kernel, or on any of them.</summary>
    /// <param name="kind">The IOMMU.</param>
    /// <param name="profiles">The kernels that are priced.</param>
    public static IommuBasis Of(IommuKind kind, params IEnumerable<KernelProfile> profiles)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (kind.IsCounted) return new IommuBasis(Evidence.Measured, "instructions per step were counted on VT-d's second stage");
        var byEntry = profiles.Any(kind.UnmapsWholeEntries)
            ? "; an unmap by entry still gives frames back one by one, which is not priced apart: its time is a lower bound"
            : "";
        return new IommuBasis(Evidence.Assumed, $"steps are executed on its own tables; no real one was counted, so instructions per step are assumed to be VT-d's{byEntry}");
    }
}
