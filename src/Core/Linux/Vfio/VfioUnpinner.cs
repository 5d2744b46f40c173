using Fast.PageTables;

namespace Fast.Linux;

/// <summary>Gives pages back.</summary>
internal sealed class VfioUnpinner(AddressSpace mm, KernelCounters counters, VfioAccounting accounting)
{
    private readonly StructPages _structPages = mm.StructPages;
    private readonly bool _byRange = mm.Profile.Unpinning == Unpinning.ByRangeUnlessReserved;

    /// <summary>One page (<c>put_pfn</c>).</summary>
    /// <returns>Whether it was pinned: reserved frames are not.</returns>
    public bool Put(Pfn pfn)
    {
        counters.UnmapCounts.ReservedTests++;
        if (_structPages.IsInvalidReserved(pfn)) return false;
        Release(pfn);
        return true;
    }

    /// <summary>A stretch (<c>vfio_unpin_pages_remote</c>).</summary>
    /// <returns>Pages that were pinned.</returns>
    public long Unpin(ref VfioDma dma, Iova iova, Pfn first, ulong pages, bool accounts)
    {
        long unlocked = 0;
        if (_byRange && !dma.HasReserved)
        {
            for (ulong page = 0; page < pages; page++) Release(first + page);
            unlocked = (long)pages;
        }
        else
        {
            for (ulong page = 0; page < pages; page++) unlocked += Put(first + page) ? 1 : 0;
        }

        counters.Trace?.Step("vfio_unpin_pages_remote", $"{iova} x {pages} from {first} -> {unlocked} were pinned");
        if (accounts) accounting.Charge(ref dma, dma.ExternalIn(iova, pages) - unlocked);
        return unlocked;
    }

    /// <summary>A stretch whose kind is known: the fast path tests no frame.</summary>
    public void Release(Pfn first, ulong pages)
    {
        for (ulong page = 0; page < pages; page++) Release(first + page);
    }

    private void Release(Pfn pfn)
    {
        _structPages.Unpin(pfn);
        counters.UnmapCounts.Unpins++;
    }
}
