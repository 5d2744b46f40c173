using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>A domain: its map, its IOMMU table, its lock, and what was done to them.</summary>
public sealed class XenDomain : IDisposable
{
    /// <summary>A domain.</summary>
    /// <param name="id">Which frames are its own.</param>
    /// <param name="vcpus">vCPUs, which a flush must reach.</param>
    /// <param name="p2m">Its physical-to-machine map; <see langword="null"/> for a PV domain, which sees machine frames.</param>
    /// <param name="iommu">An IOMMU table of its own, or <see langword="null"/>.</param>
    /// <param name="sharesP2m">Whether its IOMMU walks the p2m itself.</param>
    public XenDomain(FrameOwner id, int vcpus, TranslationTable? p2m, TranslationTable? iommu, bool sharesP2m)
    {
        if (sharesP2m && (p2m is null || iommu is not null)) throw new ArgumentException("an IOMMU shares a p2m or has a table of its own, not both", nameof(sharesP2m));
        (Id, Vcpus, P2m, Iommu, SharesP2m) = (id, vcpus, p2m, iommu, sharesP2m);
    }

    /// <summary>Which frames are its own.</summary>
    public FrameOwner Id { get; }

    /// <summary>Its vCPUs.</summary>
    public int Vcpus { get; }

    /// <summary>Its physical-to-machine map, or <see langword="null"/> for PV.</summary>
    public TranslationTable? P2m { get; }

    /// <summary>Its IOMMU's own table, or <see langword="null"/>.</summary>
    public TranslationTable? Iommu { get; }

    /// <summary>Whether its IOMMU walks the p2m.</summary>
    public bool SharesP2m { get; }

    /// <summary>The lock of its p2m; of a PV domain, which has none, the one that its changes of memory and of device contexts take instead.</summary>
    public P2mLock Lock { get; } = new();

    /// <summary>What was done to its p2m.</summary>
    public TableChange P2mWork { get; } = new();

    /// <summary>What was done to its IOMMU table.</summary>
    public TableChange IommuWork { get; } = new();

    /// <summary>Flushes of the translations that its vCPUs may hold.</summary>
    public ulong Flushes { get; internal set; }

    /// <summary>Flushes of the translations that its IOMMU may hold.</summary>
    public ulong IotlbFlushes { get; internal set; }

    /// <summary>Pauses of one of its vCPUs.</summary>
    public ulong VcpuPauses { get; internal set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        P2m?.Dispose();
        Iommu?.Dispose();
    }
}
