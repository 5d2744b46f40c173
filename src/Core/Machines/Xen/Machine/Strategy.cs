using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Where the memory of a buffer comes from.</summary>
public enum BufferHome
{
    /// <summary>The GPU's memory or dom0's, and it moves between them.</summary>
    VramOrDom0,

    /// <summary>A pool of the GPU's memory that the guest sees from the start.</summary>
    Pool,

    /// <summary>The guest's memory, which dom0 maps for the GPU.</summary>
    Guest,

    /// <summary>The GPU's memory, or a region of the guest's that dom0 mapped when the driver attached.</summary>
    VramOrGuestRegion,
}

/// <summary>What makes a buffer in scattered memory contiguous for the GPU.</summary>
public enum DeviceView
{
    /// <summary>Nothing more than what dom0 has anyway.</summary>
    AsDom0,

    /// <summary>Its frames are exchanged for contiguous ones.</summary>
    Exchange,

    /// <summary>The device gets an address space of its own (PV-IOMMU).</summary>
    OwnContext,
}

/// <summary>One way to let a guest reach the GPU's buffers, as facts; <see cref="BlobHost"/> acts by them.</summary>
/// <param name="Id">Its name in scenarios.</param>
/// <param name="Text">What it is, in one line.</param>
public sealed record Strategy(string Id, string Text)
{
    /// <summary>Where buffers live.</summary>
    public BufferHome Home { get; init; }

    /// <summary>Type of the guest's entries for memory of dom0.</summary>
    public P2mType RamType { get; init; } = P2mType.Foreign;

    /// <summary>Type of the guest's entries for memory of the GPU.</summary>
    public P2mType VramType { get; init; } = P2mType.MmioDirect;

    /// <summary>Largest leaf of the guest's entries; their type may allow less.</summary>
    public PageSize Largest { get; init; } = PageSize.Size2M;

    /// <summary>Dom0's own entries get the type of device memory while the guest has the buffer.</summary>
    public bool RetypesDom0 { get; init; }

    /// <summary>The memory becomes the guest's while it has the buffer; before, the guest gives as much of its own back.</summary>
    public bool TransfersOwnership { get; init; }

    /// <summary>After a revocation, entries come back one fault at a time.</summary>
    public bool FaultsIn { get; init; }

    /// <summary>The guest must let go of a mapping of dom0's memory before it can be taken away; the GPU's memory cannot be granted, and goes at once.</summary>
    public bool GuestReleases { get; init; }

    /// <summary>How the GPU sees memory of a PV dom0.</summary>
    public DeviceView Device { get; init; }

    /// <summary>Whether it needs another driver in the guest than virtio-gpu's of today.</summary>
    public bool ChangesGuestDriver { get; init; }

    /// <summary>Whether a PV dom0 can do it.</summary>
    public bool OnPv { get; init; } = true;

    /// <summary>Whether a PVH dom0 can do it.</summary>
    public bool OnPvh { get; init; } = true;

    /// <summary>Whether buffers move at all.</summary>
    public bool Migrates => Home is BufferHome.VramOrDom0 or BufferHome.VramOrGuestRegion;

    /// <summary>All strategies.</summary>
    public static ImmutableArray<Strategy> All { get; } =
    [
        new("type-change-in-place", "dom0's memory becomes device memory in both maps while the guest has it") { RamType = P2mType.MmioDirect, RetypesDom0 = true, OnPv = false },
        new("foreign-4k", "the guest's map gets dom0's frames as foreign ones, 4 KiB each with a reference"),
        new("lend-4k", "dom0 lends pages and takes them back at any time; they come back by faults, 4 KiB each")
            { RamType = P2mType.Lent, VramType = P2mType.Lent, Largest = PageSize.Size4K, FaultsIn = true },
        new("lend-2m", "dom0 lends pages and takes them back at any time; they come back by faults, 2 MiB where both addresses allow it")
            { RamType = P2mType.Lent, VramType = P2mType.Lent, FaultsIn = true },
        new("fixed-pool", "a pool of the GPU's memory is mapped when the driver attaches; buffers stay in it") { Home = BufferHome.Pool, ChangesGuestDriver = true },
        new("frontend-allocates", "the guest gives its own memory, and dom0 maps it for the GPU; buffers stay there") { Home = BufferHome.Guest, ChangesGuestDriver = true, OnPv = false },
        new("negotiated", "the guest grants a region of agreed size when the driver attaches; buffers move between it and the GPU's memory")
            { Home = BufferHome.VramOrGuestRegion, ChangesGuestDriver = true, OnPv = false },
        new("ownership-transfer", "the guest balloons down, the memory becomes its own, and dom0 maps it back for the GPU")
            { RamType = P2mType.RamReadWrite, TransfersOwnership = true, ChangesGuestDriver = true, OnPv = false },
        new("pv-exchange", "a PV dom0 exchanges scattered frames for contiguous ones and lends them") { RamType = P2mType.Lent, VramType = P2mType.Lent, FaultsIn = true, Device = DeviceView.Exchange, OnPvh = false },
        new("pv-iommu", "a PV dom0 keeps its scattered frames, makes them contiguous for the GPU in a context of its own, and lends them")
            { RamType = P2mType.Lent, VramType = P2mType.Lent, FaultsIn = true, Device = DeviceView.OwnContext, OnPvh = false },
        new("grant", "for comparison: dom0 grants pages, and the guest decides when it lets go of them") { RamType = P2mType.GrantReadWrite, GuestReleases = true },
    ];

    /// <summary>The strategy of that name, or <see langword="null"/>.</summary>
    public static Strategy? Find(string id) => All.FirstOrDefault(strategy => strategy.Id == id);
}
