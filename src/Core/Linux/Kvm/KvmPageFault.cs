using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A guest page fault, in the steps between which the host may change (<c>kvm_tdp_page_fault</c>, <c>kvm_faultin_pfn</c>).</summary>
internal sealed class KvmPageFault(KvmVm vm, KvmMemslot slot, Gfn gfn, bool write)
{
    private readonly Va _hva = slot.HvaOf(gfn);
    private KvmCounters _counts;
    private long _snapshot;
    private Leaf _found;

    /// <summary>What the fault cost so far.</summary>
    public KvmCounters Counts => _counts;

    /// <summary>First of all, so that whatever is looked up after it can be found outdated.</summary>
    public void TakeSnapshot() => _snapshot = vm.Invalidations.Snapshot();

    /// <summary>Finds the frame behind the fault; faults it in where nothing is mapped.</summary>
    /// <returns>
    /// <see cref="Errno.EFAULT"/>: nothing there, or not allowed. <see cref="Errno.EAGAIN"/>: what was faulted in is gone again, or something is being invalidated already.
    /// </returns>
    public Errno LookUp() => IsStale() ? Errno.EAGAIN : vm.Lookup == HostLookup.OneWalk ? WalkOnce() : FollowPfnmap();

    /// <summary>Installs the translation unless it is outdated.</summary>
    /// <returns><see cref="Errno.EAGAIN"/>: it is; begin anew. <see cref="Errno.ENOMEM"/>: no memory for a table of stage 2.</returns>
    public Errno Install()
    {
        // First without the lock, which a fault that is stale need not contend for; only the answer under it counts.
        if (IsStale()) return Errno.EAGAIN;
        lock (vm.MmuLock)
        {
            if (IsStale()) return Errno.EAGAIN;
            var size = vm.Lookup == HostLookup.OneWalk ? _found.Size : HostPfnMappingLevel();
            var largest = slot.LargestAt(gfn);
            return vm.MapStage2(gfn, _found.Pfn, size < largest ? size : largest, (_found.Permissions & Permissions.Write) != 0 && !slot.IsReadOnly);
        }
    }

    /// <summary>Whether the fault must begin anew (<c>is_page_fault_stale</c>; without mmu_lock <c>mmu_invalidate_retry_gfn_unsafe</c>).</summary>
    private bool IsStale()
    {
        var isStale = vm.Invalidations.MustRetry(_snapshot, gfn);
        if (isStale) _counts.Retries++;
        return isStale;
    }

    private Errno WalkOnce()
    {
        _counts.HostWalks++;
        if (!vm.Mm.FollowLockless(_hva, out _found) || !Allows(_found.Permissions))
        {
            lock (vm.Mm.MmapLock)
            {
                var errno = vm.Mm.FixupUserFault(_hva, write);
                if (errno != Errno.None) return errno;
            }

            _counts.HostWalks++;
            if (!vm.Mm.FollowLockless(_hva, out _found)) return Errno.EAGAIN;
        }

        return Allows(_found.Permissions) ? Errno.None : Errno.EFAULT;
    }

    /// <summary>The frame (<c>hva_to_pfn</c>, <c>hva_to_pfn_remapped</c>): a reference cannot be had, so the area is looked up and followed.</summary>
    private Errno FollowPfnmap()
    {
        lock (vm.Mm.MmapLock)
        {
            _counts.GupAttempts++;
            var area = vm.Mm.FindArea(_hva);
            if (area is null) return Errno.EFAULT;
            _counts.HostWalks++;
            var errno = vm.Mm.FollowPfnmapStart(area, _hva, out var entry);
            if (errno != Errno.None)
            {
                errno = vm.Mm.FixupUserFault(_hva, write);
                if (errno != Errno.None) return errno;
                _counts.HostWalks++;
                errno = vm.Mm.FollowPfnmapStart(area, _hva, out entry);
                if (errno != Errno.None) return errno;
            }

            // The size is not told: that is what the second walk is for.
            _found = new Leaf(entry.Pfn, PageSize.Size4K, entry.IsWritable ? Permissions.ReadWrite : Permissions.Read);
        }

        return Allows(_found.Permissions) ? Errno.None : Errno.EFAULT;
    }

    /// <summary>The size of the leaf, each entry read once (<c>host_pfn_mapping_level</c>). Whatever is not a leaf counts as 4 KiB; it never fails.</summary>
    private PageSize HostPfnMappingLevel()
    {
        _counts.HostWalks++;
        return vm.Mm.FollowLockless(_hva, out var leaf) ? leaf.Size : PageSize.Size4K;
    }

    private bool Allows(Permissions permissions) => !write || (permissions & Permissions.Write) != 0;
}
