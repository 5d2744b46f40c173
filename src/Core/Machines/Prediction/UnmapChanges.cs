using Fast.Linux;

namespace Fast.Machines;

/// <summary>What can be said about the unmap: type1's discovery scan is no setting, but the kernel decides how long it is where tables are unmapped by entry.</summary>
internal static class UnmapChanges
{
    /// <summary>The newest release of those that were counted that unmaps by entry; 7.0 and newer ask for every 4 KiB.</summary>
    internal static readonly KernelVersion LastByEntry = new(6, 16);

    private static readonly KernelVersion ByPage = new(7, 2);

    /// <summary>Whether the IOMMU is unmapped by entry on some kernels, and the profile's is not one of them.</summary>
    internal static bool LosesEntries(IommuKind kind, KernelProfile profile) => kind.Geometry.HasFineGrainedSuperPages && !kind.UnmapsWholeEntries(profile);

    /// <summary>The last line: why the unmap that is left cannot be had for less, or what would make it dearer.</summary>
    /// <param name="request">The request with all changes that help.</param>
    /// <param name="after">Its prediction.</param>
    /// <param name="predict">Predicts a request for its only host kernel.</param>
    internal static PredictedChange Advice(PredictionRequest request, KernelPrediction after, Func<PredictionRequest, KernelPrediction> predict)
    {
        var kind = request.Iommu;
        if (kind.UnmapsWholeEntries(after.Kernel.Profile))
        {
            var dearer = predict(request with { HostKernels = [ByPage] }).Total;
            var (now, then) = (after.Total.Unmap.Center, dearer.Unmap.Center);
            return new PredictedChange(
                "unmap",
                FormattableString.Invariant($"unmap: type1 unmaps {kind.Title} entry by entry here; Linux 7.0 and newer ask for every 4K and need up to {then - now:G3} s more"),
                0,
                dearer);
        }

        var counted = kind.IsCounted ? "in every kernel that was counted" : "as every kernel that was counted does on VT-d";
        return new PredictedChange("unmap", $"unmap: nothing to change today; type1 on {Family(kind)} asks the IOMMU for every 4K, {counted}", 0, after.Total);
    }

    private static string Family(IommuKind kind) => kind.IsCounted ? "VT-d" : kind.Title;
}
