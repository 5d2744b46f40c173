namespace Fast.Machines.Xen;

/// <summary>What the domain that drives the GPU is.</summary>
public enum Dom0Mode
{
    /// <summary>PV: it sees machine frames, which are scattered; the IOMMU maps each frame to itself.</summary>
    Pv,

    /// <summary>PVH on Intel, the IOMMU walks the EPT.</summary>
    PvhEptShared,

    /// <summary>PVH on Intel with <c>iommu=no-sharept</c>: VT-d has a table of its own.</summary>
    PvhEptMirrored,

    /// <summary>PVH on AMD: the IOMMU always has a table of its own.</summary>
    PvhNptMirrored,
}

/// <summary>What the guest's IOMMU walks, where the guest has a device of its own.</summary>
public enum GuestIommu
{
    /// <summary>The guest has no device.</summary>
    None,

    /// <summary>The guest's p2m.</summary>
    Shared,

    /// <summary>A table of its own.</summary>
    Own,
}

/// <summary>A machine and what happens on it. Defaults and where they come from: <see cref="XenSetting"/>.</summary>
public sealed record XenSettings
{
    /// <summary>What dom0 is.</summary>
    public Dom0Mode Dom0 { get; init; } = Dom0Mode.PvhEptShared;

    /// <summary>What the guest's IOMMU walks.</summary>
    public GuestIommu GuestIommu { get; init; }

    /// <summary>Memory of dom0, in bytes.</summary>
    public ulong Dom0Bytes { get; init; } = 64UL << 30;

    /// <summary>Memory of the guest.</summary>
    public ulong GuestBytes { get; init; } = 16UL << 30;

    /// <summary>Memory that stays in Xen's heap.</summary>
    public ulong HeapBytes { get; init; } = 8UL << 30;

    /// <summary>The GPU's BAR.</summary>
    public ulong BarBytes { get; init; } = 32UL << 30;

    /// <summary>The virtio-gpu device's host-visible region.</summary>
    public ulong HostmemBytes { get; init; } = 16UL << 30;

    /// <summary>vCPUs of dom0, and of the guest.</summary>
    public int Vcpus { get; init; } = 8;

    /// <summary>Seed of everything that is drawn.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Simulated seconds.</summary>
    public double Seconds { get; init; } = 3600;

    /// <summary>Length of a stretch of a PV dom0's memory that is contiguous in the machine.</summary>
    public ulong ScatterBytes { get; init; } = 4096;

    /// <summary>Share of the machine's GiB in each of which Xen has a frame, so that no 1 GiB leaf fits.</summary>
    public double Fragmentation { get; init; }

    /// <summary>Largest block that dom0 may exchange frames for, as log2 of frames: <c>memop-max-order</c>.</summary>
    public int ExchangeOrder { get; init; } = 18;

    /// <summary>Whether the identity map of a PV dom0 holds its own frames only.</summary>
    public bool StrictIdentity { get; init; }

    /// <summary>Buffers that are alive at any time.</summary>
    public int Buffers { get; init; } = 48;

    /// <summary>Smallest buffer.</summary>
    public ulong SmallestBytes { get; init; } = 64UL << 10;

    /// <summary>Largest buffer. Sizes between are drawn evenly on a logarithmic scale.</summary>
    public ulong LargestBytes { get; init; } = 64UL << 20;

    /// <summary>What a buffer of at least this size is aligned to; smaller ones to 4 KiB.</summary>
    public ulong AlignmentBytes { get; init; } = 2UL << 20;

    /// <summary>Mean seconds that a buffer lives.</summary>
    public double LifetimeSeconds { get; init; } = 60;

    /// <summary>Share of buffers that begin in the GPU's memory.</summary>
    public double VramShare { get; init; } = 0.5;

    /// <summary>Moves of a buffer to the other memory per second, all buffers together.</summary>
    public double MigrationsPerSecond { get; init; } = 2;

    /// <summary>Buffers that move at the same time.</summary>
    public int Burst { get; init; } = 4;

    /// <summary>Share of the buffers that moves and accesses go to.</summary>
    public double WorkingSet { get; init; } = 0.5;

    /// <summary>Accesses per second of each vCPU.</summary>
    public double TouchesPerSecond { get; init; } = 60;

    /// <summary>Bytes of an access.</summary>
    public ulong TouchBytes { get; init; } = 64UL << 10;

    /// <summary>Size of the fixed pool.</summary>
    public ulong PoolBytes { get; init; } = 4UL << 30;

    /// <summary>Size of the region that a guest grants.</summary>
    public ulong RegionBytes { get; init; } = 2UL << 30;

    /// <summary>Within how many milliseconds a revocation must be done, because dom0's kernel waits for it.</summary>
    public double BudgetMilliseconds { get; init; } = 100;

    /// <summary>Mean microseconds that a guest takes to let go of a grant when asked.</summary>
    public double ReleaseMicroseconds { get; init; } = 200;

    /// <summary>Share of the requests that a guest does not follow.</summary>
    public double HoldsShare { get; init; } = 0.05;

    /// <summary>Seconds between passes that merge leaves again; 0 for none, as in Xen.</summary>
    public double CollapseSeconds { get; init; }
}
