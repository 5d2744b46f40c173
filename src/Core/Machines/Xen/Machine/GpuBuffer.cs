using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Which memory holds a buffer.</summary>
public enum Place
{
    /// <summary>The GPU's, behind its BAR.</summary>
    Vram,

    /// <summary>Dom0's.</summary>
    Dom0Ram,

    /// <summary>The guest's.</summary>
    GuestRam,
}

/// <summary>The memory of a buffer.</summary>
/// <param name="place">Which memory.</param>
/// <param name="first">Its first frame as its owner sees it.</param>
/// <param name="extents">Its machine frames.</param>
internal sealed class Backing(Place place, Pfn first, FrameExtents extents)
{
    /// <summary>Which memory.</summary>
    public Place Place { get; } = place;

    /// <summary>Its first frame as its owner sees it: of the BAR, of dom0's map, of the guest's.</summary>
    public Pfn First { get; } = first;

    /// <summary>Its machine frames; an exchange changes them.</summary>
    public FrameExtents Extents { get; set; } = extents;

    /// <summary>Where the GPU sees it in a context of its own, or <see langword="null"/>.</summary>
    public Pfn? Context { get; set; }

    /// <summary>Blocks that frames were exchanged for: first frame as dom0 sees it, and order.</summary>
    public List<(Pfn First, int Order)> Exchanged { get; } = [];

    /// <summary>Where dom0 sees memory of the guest, or <see langword="null"/>.</summary>
    public Pfn? Window { get; set; }

    /// <summary>What the guest gave up for memory that became its own: its frames there.</summary>
    public Pfn? Ballooned { get; set; }

    /// <summary>Pages.</summary>
    public ulong Pages => Extents.Pages;
}

/// <summary>A buffer of the GPU that a guest has as a blob resource.</summary>
/// <param name="resourceId">Its id.</param>
/// <param name="pages">Its size.</param>
/// <param name="backing">Its memory.</param>
internal sealed class GpuBuffer(uint resourceId, ulong pages, Backing backing)
{
    /// <summary>Its id.</summary>
    public uint ResourceId { get; } = resourceId;

    /// <summary>Its size in pages.</summary>
    public ulong Pages { get; } = pages;

    /// <summary>Its memory.</summary>
    public Backing Backing { get; set; } = backing;

    /// <summary>Its place in the host-visible region, as the guest sees it.</summary>
    public Pfn Hostmem { get; set; }

    /// <summary>How the guest was told to cache it.</summary>
    public MapCaching Caching { get; set; }

    /// <summary>Somebody is changing where it is.</summary>
    public bool IsMoving { get; set; } = true;

    /// <summary>It is gone.</summary>
    public bool IsDead { get; set; }

    /// <summary>Fired when nobody changes it any more.</summary>
    public Signal Settled { get; } = new();
}
