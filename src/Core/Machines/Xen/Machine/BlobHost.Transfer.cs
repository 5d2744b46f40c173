using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>
/// Memory that becomes the guest's own while it has a buffer, as grant-transfer once did: the guest first gives back as much, page by page as a balloon does; then the frames leave dom0's
/// map, change owner, enter the guest's, and dom0 maps them as foreign ones so that the GPU still reaches them.
/// </summary>
internal sealed partial class BlobHost
{
    private IEnumerable<Wait> TransferToGuest(GpuBuffer buffer)
    {
        var backing = buffer.Backing;
        foreach (var wait in Inflate(backing)) yield return wait;
        if (!Xen.Defects.HasFlag(XenDefects.TransfersWhatDom0Maps))
        {
            foreach (var wait in RemoveAll(Dom0, backing.First, backing.Pages, P2mType.RamReadWrite, Strategy.Largest)) yield return wait;
        }

        GiveOwner(backing, FrameOwner.Guest);
        foreach (var wait in SetAll(Guest, buffer.Hostmem, backing.Extents, P2mType.RamReadWrite, Strategy.Largest)) yield return wait;
        if (Xen.Defects.HasFlag(XenDefects.TransfersWhatDom0Maps)) yield break;
        foreach (var wait in SetAll(Dom0, backing.First, backing.Extents, P2mType.Foreign, PageSize.Size4K)) yield return wait;
    }

    private IEnumerable<Wait> TakeFromGuest(GpuBuffer buffer)
    {
        var backing = buffer.Backing;
        foreach (var wait in RemoveAll(Dom0, backing.First, backing.Pages, P2mType.Foreign, PageSize.Size4K)) yield return wait;
        foreach (var wait in RemoveAll(Guest, buffer.Hostmem, backing.Pages, P2mType.RamReadWrite, Strategy.Largest)) yield return wait;
        GiveOwner(backing, FrameOwner.Dom0);
        foreach (var wait in SetAll(Dom0, backing.First, backing.Extents, P2mType.RamReadWrite, PageSize.Size1G)) yield return wait;
        foreach (var wait in Deflate(backing)) yield return wait;
    }

    /// <summary>The guest gives pages back, one by one: a leaf that holds one is split down to 4 KiB.</summary>
    private IEnumerable<Wait> Inflate(Backing backing)
    {
        var gfn = backing.Ballooned!.Value;
        var frames = GuestExtents(gfn, backing.Pages);
        foreach (var wait in RemoveAll(Guest, gfn, backing.Pages, P2mType.RamReadWrite, PageSize.Size4K)) yield return wait;
        foreach (var extent in frames.All.ToArray()) Xen.Memory.Give(extent.Mfn, extent.Pages);
        Counters.Balloon(backing.Pages);
    }

    private IEnumerable<Wait> Deflate(Backing backing)
    {
        var gfn = backing.Ballooned!.Value;
        var frames = new List<(Pfn, ulong)>();
        for (var i = 0UL; i < backing.Pages && Xen.Memory.TryTake(0, FrameOwner.Guest, out var mfn); i++) frames.Add((mfn, 1));
        foreach (var wait in SetAll(Guest, gfn, FrameExtents.Of(frames), P2mType.RamReadWrite, PageSize.Size4K)) yield return wait;
        Counters.Deflate(backing.Pages);
    }

    private void GiveOwner(Backing backing, FrameOwner owner)
    {
        foreach (var extent in backing.Extents.All) Xen.Memory.SetOwner(extent.Mfn, extent.Pages, owner);
    }
}
