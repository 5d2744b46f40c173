using System.Collections.Immutable;

namespace Fast.Linux;

/// <summary>The profiles, and which one is in force for a release.</summary>
public static class KernelProfiles
{
    /// <summary>6.1: no huge pfnmaps; the first fault fills the whole area.</summary>
    public static KernelProfile Linux61 { get; } = new()
    {
        Name = "6.1",
        BarFault = BarFault.RemapWholeArea,
        ThpGatesPfnmaps = false,
        Patches = VfioPatches.None,
        GupGrabsFolios = false,
        MemlockCheck = MemlockCheck.PerPage,
        Unpinning = Unpinning.PerPage,
        ProbesFineGrainedSuperPages = true,
        EndOfSpace = EndOfSpace.Exclusive,
        WrapErrno = Errno.EINVAL,
        IommuTables = IommuTableCode.Driver,
        IommufdMapsDmaBufs = false,
        IommufdTracksWrites = false,
        CostKernel = "6.1",
    };

    /// <summary>6.12: huge pfnmaps, if the THP policy allows; type1 still looks pages up one at a time.</summary>
    public static KernelProfile Linux612 { get; } = Linux61 with
    {
        Name = "6.12",
        BarFault = BarFault.HugeOrders,
        ThpGatesPfnmaps = true,
        // Not read but inferred: 6.12 pins touched huge pages six times cheaper than 6.1, with as many calls.
        GupGrabsFolios = true,
        IommufdTracksWrites = true,
        CostKernel = "6.12",
    };

    /// <summary>6.15: the five patches.</summary>
    public static KernelProfile Linux615 { get; } = Linux612 with
    {
        Name = "6.15",
        Patches = VfioPatches.All,
        CostKernel = "6.16",
    };

    /// <summary>7.3: BARs ignore the THP policy, accounting by range, inclusive ends, generic page tables.</summary>
    public static KernelProfile Linux73 { get; } = Linux615 with
    {
        Name = "7.3",
        ThpGatesPfnmaps = false,
        MemlockCheck = MemlockCheck.PerRun,
        Unpinning = Unpinning.ByRangeUnlessReserved,
        ProbesFineGrainedSuperPages = false,
        EndOfSpace = EndOfSpace.Inclusive,
        WrapErrno = Errno.EOVERFLOW,
        IommuTables = IommuTableCode.Generic,
        IommufdMapsDmaBufs = true,
        CostKernel = "7.2",
    };

    /// <summary>All of them, oldest first.</summary>
    public static ImmutableArray<KernelProfile> All { get; } = [Linux61, Linux612, Linux615, Linux73];

    /// <summary>Oldest release that is modelled.</summary>
    public static KernelVersion Oldest { get; } = new(6, 1);

    /// <summary>Newest release that is modelled.</summary>
    public static KernelVersion Newest { get; } = new(7, 3);

    private static KernelProfile PageByPage { get; } = Linux61 with { BarFault = BarFault.InsertWholeArea };

    // VFIO exports BARs as dma-bufs from 6.19 on, and iommufd takes them; the rest of 7.3's changes came with 7.0.
    private static KernelProfile Linux619 { get; } = Linux615 with { IommufdMapsDmaBufs = true };

    /// <summary>The profiles by the release that first behaves so: those of <see cref="All"/>, and 6.10 and 6.19, which differ from one of them in a single switch.</summary>
    public static ImmutableDictionary<string, KernelProfile> ByRelease { get; } = All.ToImmutableDictionary(profile => profile.Name).Add("6.10", PageByPage).Add("6.19", Linux619);

    /// <summary>Finds the profile in force for a release.</summary>
    /// <param name="version">The release; its stable update does not matter.</param>
    /// <param name="choice">The profile and how far to trust it.</param>
    /// <param name="error">What is accepted, or <see langword="null"/>.</param>
    public static bool TryResolve(KernelVersion version, out KernelChoice? choice, out string? error)
    {
        var release = new KernelVersion(version.Major, version.Minor);
        choice = null;
        error = null;
        if (release < Oldest || release > Newest)
            error = $"Linux {version} is not modelled; accepted is any release from {Oldest} to {Newest}";
        else if (release is { Major: 6, Minor: > 19 })
            error = $"there is no Linux {version}: 6.19 was followed by 7.0; accepted is any release from {Oldest} to {Newest}";
        if (error is not null) return false;

        var (profile, confidence, reason) = InForce(release);
        choice = new KernelChoice(version, profile, confidence, reason);
        return true;
    }

    /// <summary>The profile in force for a release that is known to be modelled.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static KernelChoice Resolve(KernelVersion version) =>
        TryResolve(version, out var choice, out var error) ? choice! : throw new ArgumentOutOfRangeException(nameof(version), version, error);

    private static (KernelProfile Profile, Confidence Confidence, string Reason) InForce(KernelVersion release) => release switch
    {
        { Major: 6, Minor: 1 } => (Linux61, Confidence.Measured, "calls counted on 6.1.192"),
        { Major: 6, Minor: < 10 } => (Linux61, Confidence.Interpolated, "between 6.1 and 6.12, before BAR faults changed in 6.10"),
        { Major: 6, Minor: < 12 } => (PageByPage, Confidence.Interpolated, "as 6.1, but the first fault inserts the area page by page"),
        { Major: 6, Minor: 12 } => (Linux612, Confidence.Measured, "calls counted on 6.12.107"),
        { Major: 6, Minor: < 15 } => (Linux612, Confidence.Interpolated, "after 6.12, before the address mask"),
        { Major: 6, Minor: 15 } => (Linux615, Confidence.Read, "the address mask was merged for 6.15 or 6.16; counted first on 6.16"),
        { Major: 6, Minor: 16 } => (Linux615, Confidence.Measured, "calls counted on 6.16.12"),
        { Major: 6, Minor: 18 } => (Linux615, Confidence.Interpolated, "unmap measured on 6.18.15 and equal to 6.16, map not measured"),
        { Major: 6, Minor: 19 } => (Linux619, Confidence.Interpolated, "as 6.16, and iommufd maps BARs from dma-bufs; before the generic page tables of 7.0"),
        { Major: 6 } => (Linux615, Confidence.Interpolated, "after 6.16, before the generic page tables of 7.0"),
        // Its unmap costs what 7.2's does and a third more than 6.18's: the changes of the 7.3 profile are in.
        { Major: 7, Minor: 0 } => (Linux73, Confidence.Interpolated, "unmap measured on 7.0.13 and equal to 7.2, map not measured"),
        { Major: 7, Minor: 1 } => (Linux73, Confidence.Interpolated, "between 7.0 and 7.2, which agree"),
        { Major: 7, Minor: 2 } => (Linux73, Confidence.Measured, "calls counted on 7.2.12; its type1 code is that of 7.3"),
        _ => (Linux73, Confidence.Read, "its type1 code is that of 7.2, which was counted"),
    };
}
