namespace Fast.Linux;

/// <summary>What a kernel does on the way from an mmapped BAR to IOMMU tables, as data: nothing in this library asks for a version.</summary>
public sealed record KernelProfile
{
    /// <summary>The release that the profile is named after.</summary>
    public required string Name { get; init; }

    /// <summary>What the first access to an mmapped BAR does.</summary>
    public required BarFault BarFault { get; init; }

    /// <summary>Whether <c>transparent_hugepage/enabled</c> decides about huge leaves of a BAR (<c>thp_vma_allowable_orders</c>).</summary>
    public required bool ThpGatesPfnmaps { get; init; }

    /// <summary>Which patches of the series the kernel has.</summary>
    public required VfioPatches Patches { get; init; }

    /// <summary>Whether GUP takes the references on a large folio in one step.</summary>
    public required bool GupGrabsFolios { get; init; }

    /// <summary>How often the memlock limit is checked.</summary>
    public required MemlockCheck MemlockCheck { get; init; }

    /// <summary>How pages are given back.</summary>
    public required Unpinning Unpinning { get; init; }

    /// <summary>Whether attach probes for IOMMUs that unmap whole entries (<c>vfio_test_domain_fgsp</c>).</summary>
    public required bool ProbesFineGrainedSuperPages { get; init; }

    /// <summary>How the end of a mapping is computed.</summary>
    public required EndOfSpace EndOfSpace { get; init; }

    /// <summary>What a range that wraps at 2^64 is answered with, and where: EOVERFLOW comes before everything, EINVAL after the alignment.</summary>
    public required Errno WrapErrno { get; init; }

    /// <summary>Who writes IOMMU tables.</summary>
    public required IommuTableCode IommuTables { get; init; }

    /// <summary>Whether iommufd maps a BAR from a dma-buf; without that it cannot map one at all.</summary>
    public required bool IommufdMapsDmaBufs { get; init; }

    /// <summary>Whether iommufd reports what devices wrote (<c>IOMMU_HWPT_GET_DIRTY_BITMAP</c>): since 6.7.</summary>
    public required bool IommufdTracksWrites { get; init; }

    /// <summary>The release whose measured cost figures apply.</summary>
    public required string CostKernel { get; init; }

    /// <summary>Whether all of <paramref name="patches"/> are in.</summary>
    public bool Has(VfioPatches patches) => (Patches & patches) == patches;
}
