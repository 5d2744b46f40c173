using Fast.Linux;

namespace Fast.Machines;

/// <summary>What can be said about the unmap: type1's discovery scan is no setting, but the kernel decides how long it is where tables are unmapped by entry.</summary>
internal static class UnmapChanges
{
    /// <summary>The release that has the mask and unmaps by entry: one that was counted, if there is one.</summary>
    internal static KernelVersion? LastByEntry(Behaviours behaviours) =>
        behaviours.FirstHost(profile => profile.Has(VfioPatches.All) && profile.ProbesFineGrainedSuperPages)?.From;

    /// <summary>The first release that asks for every 4 KiB whatever the IOMMU is.</summary>
    internal static KernelVersion? FirstByPage(Behaviours behaviours) =>
        behaviours.Hosts.FirstOrDefault(known => !KernelProfiles.ByRelease[known.Profile].ProbesFineGrainedSuperPages)?.From;

    /// <summary>Whether the IOMMU is unmapped by entry on some kernels, and the profile's is not one of them.</summary>
    internal static bool LosesEntries(IommuKind kind, KernelProfile profile) => kind.Geometry.HasFineGrainedSuperPages && !kind.UnmapsWholeEntries(profile);

    /// <summary>The last line: why the unmap that is left cannot be had for less, or what would make it dearer; <see langword="null"/> where none is left.</summary>
    /// <param name="request">The request with all changes that help.</param>
    /// <param name="after">Its prediction.</param>
    /// <param name="behaviours">Which release does what.</param>
    /// <param name="predict">Predicts a request for its only host kernel.</param>
    internal static PredictedChange? Advice(PredictionRequest request, KernelPrediction after, Behaviours behaviours, Func<PredictionRequest, KernelPrediction> predict)
    {
        var kind = request.Iommu;
        if (request.NoMmap || request.Backend != MapBackend.Type1) return null;
        if (kind.UnmapsWholeEntries(after.Kernel.Profile) && FirstByPage(behaviours) is { } byPage)
        {
            var counted = behaviours.FirstHost(profile => !profile.ProbesFineGrainedSuperPages)!.From;
            var dearer = predict(request with { HostKernels = [counted] }).Total;
            var (now, then) = (after.Total.Unmap.Center, dearer.Unmap.Center);
            return new PredictedChange(
                "unmap",
                FormattableString.Invariant($"unmap: type1 unmaps {kind.Title} entry by entry here; Linux {byPage} and newer ask for every 4K and need up to {then - now:G3} s more"),
                0,
                dearer);
        }

        var every = kind.IsCounted ? "in every kernel that was counted" : "as every kernel that was counted does on VT-d";
        return new PredictedChange("unmap", $"unmap: nothing to change within type1 today; on {Family(kind)} it asks the IOMMU for every 4K, {every}", 0, after.Total);
    }

    private static string Family(IommuKind kind) => kind.IsCounted ? "VT-d" : kind.Title;
}
