using Fast.PageTables;

namespace Fast.Linux;

/// <summary>How type1 finds the frames behind an address: pin, and when that fails look the address up in the pfnmap that may be there.</summary>
internal sealed class VfioLookup(AddressSpace mm, KernelCounters counters)
{
    private readonly StructPages _structPages = mm.StructPages;
    private readonly bool _batchInside = mm.Profile.Has(VfioPatches.BatchInside);
    private readonly bool _zeroIsError = mm.Profile.Has(VfioPatches.ZeroPinIsError);
    private readonly bool _usesMask = mm.Profile.Has(VfioPatches.UseMask);

    /// <summary>The frames behind an address (<c>vaddr_get_pfns</c>).</summary>
    /// <param name="va">The address.</param>
    /// <param name="wanted">Pages at most; a pin yields no more than the batch holds.</param>
    /// <param name="permissions">What the device may do.</param>
    /// <param name="batch">Where pinned pages go. Since patch 3 it stays empty for a pfnmap; before, the caller fills it in any case.</param>
    /// <param name="pfn">The first frame.</param>
    /// <returns>Pages from <paramref name="pfn"/> on, or a negative errno; before patch 1 also 0, with no frame at all.</returns>
    public long VaddrGetPfns(Va va, ulong wanted, Permissions permissions, VfioBatch batch, ref Pfn pfn)
    {
        counters.MapCounts.VaddrGetPfns++;
        counters.Locks?.Take(ModelledLock.MmapRead);
        var result = PinOrFollow(va, wanted, permissions, batch, ref pfn);
        counters.Locks?.Release(ModelledLock.MmapRead);
        counters.Trace?.Step("vaddr_get_pfns", $"{va} x {wanted} -> {Outcome(result)}{(result > 0 ? $" from {pfn}" : "")}");
        return result;
    }

    /// <summary>A result for a reader: pages or the errno.</summary>
    public static string Outcome(long result) => result < 0 ? ((Errno)(-result)).ToString() : FormattableString.Invariant($"{result} pages");

    private long PinOrFollow(Va va, ulong wanted, Permissions permissions, VfioBatch batch, ref Pfn pfn)
    {
        var write = (permissions & Permissions.Write) != 0;
        var result = mm.PinUserPagesRemote(va, (int)Math.Min(wanted, (ulong)batch.Capacity), write, batch.Room);
        counters.Trace?.Step("pin_user_pages_remote", $"{va} -> {Outcome(result)}");
        if (result > 0)
        {
            pfn = batch.Room[0];
            if (_batchInside) batch.Refill((int)result);
            return result;
        }

        if (result == 0 && _zeroIsError) result = -(long)Errno.EFAULT;
        PfnmapEntry entry;
        Errno errno;
        do
        {
            // Once more from here when the lock was given up: there may be another area by now.
            var area = mm.FindArea(va);
            if (area is null || (area.Flags & AreaFlags.Pfnmap) == 0) return result;
            errno = FollowFaultPfn(area, va, write, out entry);
        }
        while (errno == Errno.EAGAIN);

        if (errno != Errno.None) return -(long)errno;
        pfn = entry.Pfn;
        if (!_structPages.IsInvalidReserved(pfn)) return -(long)Errno.EFAULT;
        ulong pages = 1;
        if (_usesMask)
        {
            // The end of the leaf is computed from the frame; a leaf's frames are aligned to its size, so it is that of the address too.
            var lastOfLeaf = pfn.Value | (~entry.PageMask >> Pfn.Shift);
            pages = Math.Min(wanted, lastOfLeaf + 1 - pfn.Value);
        }

        return mm.Failures.IsPoisoned(va, pages) ? -(long)Errno.EFAULT : (long)pages;
    }

    /// <summary>
    /// One lookup, or a miss, a fault and a second lookup (<c>follow_fault_pfn</c>). vfio-pci's fault handler never drops the lock, so there is
    /// no third; a handler that does makes the caller begin anew.
    /// </summary>
    private Errno FollowFaultPfn(Area area, Va va, bool write, out PfnmapEntry entry)
    {
        var errno = Follow(area, va, out entry);
        if (errno != Errno.None)
        {
            errno = mm.FixupUserFault(va, write);
            counters.Trace?.Step("fixup_user_fault", $"{va} -> {errno}");
            if (errno == Errno.None) errno = mm.Failures.Fails(FailurePoint.Unlock) ? Errno.EAGAIN : Follow(area, va, out entry);
            if (errno != Errno.None) return errno;
        }

        return write && !entry.IsWritable ? Errno.EFAULT : Errno.None;
    }

    private Errno Follow(Area area, Va va, out PfnmapEntry entry)
    {
        counters.Locks?.Take(ModelledLock.PageTable);
        var errno = mm.FollowPfnmapStart(area, va, out entry);
        counters.Locks?.Release(ModelledLock.PageTable);
        counters.Trace?.Step("follow_pfnmap_start", $"{va} -> {(errno == Errno.None ? $"{entry.Pfn}, mask 0x{entry.PageMask:x}" : errno.ToString())}");
        return errno;
    }
}
