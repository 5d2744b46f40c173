namespace Fast.Machines.Xen;

/// <summary>What an implementation could get wrong: tests switch one on and look whether <see cref="XenInvariants"/> notices.</summary>
[Flags]
internal enum XenDefects
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A removal leaves the last page mapped.</summary>
    ForgetsLastPage = 1,

    /// <summary>A removal leaves the IOMMU's own table as it is.</summary>
    ForgetsIommu = 2,

    /// <summary>A removal keeps the references of its entries.</summary>
    KeepsReferences = 4,

    /// <summary>A buffer's memory changes hands before the guest's mapping of it is gone.</summary>
    MovesBeforeRevoking = 8,

    /// <summary>Memory whose ownership passes to the guest stays in dom0's map.</summary>
    TransfersWhatDom0Maps = 16,

    /// <summary>A device's own context keeps frames that the buffer has left.</summary>
    ForgetsDeviceContext = 32,

    /// <summary>Lent pages enter the IOMMU table of the borrower.</summary>
    LendsToDevices = 64,
}
