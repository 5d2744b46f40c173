using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// A virtual machine as far as its second stage goes: memslots, guest page faults, and what the host's changes do to it. Any number of threads may fault.
/// </summary>
public sealed class KvmVm : IMmuNotifier
{
    private ImmutableArray<KvmMemslot> _memslots = [];
    private KvmCounters _counters;
    private bool _isInvalidating;

    /// <summary>A VM of a process, whose stage 2 (EPT) lies in <paramref name="arena"/>.</summary>
    public KvmVm(AddressSpace mm, TableArena arena, HostLookup lookup)
    {
        ArgumentNullException.ThrowIfNull(mm);
        (Mm, Lookup, Stage2) = (mm, lookup, new PageTable<EptL4>(arena));
        mm.Register(this);
    }

    /// <summary>The process.</summary>
    public AddressSpace Mm { get; }

    /// <summary>How frames are looked up.</summary>
    public HostLookup Lookup { get; }

    /// <summary>What the guest's accesses walk.</summary>
    public PageTable<EptL4> Stage2 { get; }

    /// <summary>Held by whoever writes stage 2 (<c>mmu_lock</c>); taken inside of mmap_lock, never around it.</summary>
    public Lock MmuLock { get; } = new();

    /// <summary>What faults check before they install.</summary>
    public MmuInvalidations Invalidations { get; } = new();

    /// <summary>What it cost so far.</summary>
    public KvmCounters Counters
    {
        get
        {
            lock (MmuLock) return _counters;
        }
    }

    /// <summary>The memslots.</summary>
    public ImmutableArray<KvmMemslot> Memslots => ImmutableInterlocked.InterlockedCompareExchange(ref _memslots, default, default);

    /// <summary>Counters back to zero.</summary>
    public void ResetCounters()
    {
        lock (MmuLock) _counters = default;
    }

    /// <summary>Adds a memslot.</summary>
    /// <returns><see cref="Errno.EINVAL"/>: no pages. <see cref="Errno.EEXIST"/>: it overlaps another.</returns>
    public Errno AddMemslot(KvmMemslot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.Pages == 0 || (slot.Hva.Value & PageSize.Size4K.OffsetMask) != 0) return Errno.EINVAL;
        lock (MmuLock)
        {
            if (_memslots.Any(other => other.First <= slot.Last && other.Last >= slot.First)) return Errno.EEXIST;
            ImmutableInterlocked.InterlockedExchange(ref _memslots, _memslots.Add(slot));
        }

        return Errno.None;
    }

    /// <summary>Removes a memslot and everything of it in stage 2.</summary>
    /// <returns><see cref="Errno.ENOENT"/>: there is no such slot.</returns>
    public Errno RemoveMemslot(KvmMemslot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        lock (MmuLock)
        {
            if (!_memslots.Contains(slot)) return Errno.ENOENT;
            Invalidations.Begin(slot.First, slot.Last);
            ImmutableInterlocked.InterlockedExchange(ref _memslots, _memslots.Remove(slot));
            ZapStage2(slot.First, slot.Last);
            Invalidations.End();
        }

        return Errno.None;
    }

    /// <summary>A guest access: served from stage 2 where that allows it, else by a page fault.</summary>
    /// <returns>
    /// <see cref="Errno.ENOENT"/>: no memslot there: the access is emulated. <see cref="Errno.EFAULT"/>: the process may not do it either, or the slot is read-only.
    /// </returns>
    public Errno Access(Gfn gfn, bool write)
    {
        if (IsMapped(gfn, write)) return Errno.None;
        while (true)
        {
            var slot = FindMemslot(gfn);
            if (slot is null) return Errno.ENOENT;
            if (write && slot.IsReadOnly) return Errno.EFAULT;
            var fault = new KvmPageFault(this, slot, gfn, write);
            fault.TakeSnapshot();
            // The slot may have gone between its lookup and the snapshot.
            var errno = FindMemslot(gfn) == slot ? fault.LookUp() : Errno.EAGAIN;
            if (errno == Errno.None) errno = fault.Install();
            Count(fault.Counts, isServed: errno != Errno.EAGAIN);
            if (errno != Errno.EAGAIN) return errno;
        }
    }

    /// <inheritdoc/>
    public void InvalidateRangeStart(Va first, Va last)
    {
        lock (MmuLock)
        {
            (Gfn First, Gfn Last)? all = null;
            foreach (var slot in _memslots)
            {
                if (slot.FramesOf(first, last) is not { } frames) continue;
                all = all is not { } seen ? frames : (seen.First < frames.First ? seen.First : frames.First, seen.Last > frames.Last ? seen.Last : frames.Last);
                ZapStage2(frames.First, frames.Last);
            }

            if (all is not { } range) return;
            Invalidations.Begin(range.First, range.Last);
            _isInvalidating = true;
        }
    }

    /// <inheritdoc/>
    public void InvalidateRangeEnd(Va first, Va last)
    {
        lock (MmuLock)
        {
            if (_isInvalidating) Invalidations.End();
            _isInvalidating = false;
        }
    }

    /// <summary>The slot of a guest frame, or <see langword="null"/>.</summary>
    internal KvmMemslot? FindMemslot(Gfn gfn)
    {
        foreach (var slot in Memslots)
            if (slot.Contains(gfn)) return slot;
        return null;
    }

    /// <summary>Puts a leaf; what stood there, smaller or allowing less, goes.</summary>
    internal Errno MapStage2(Gfn gfn, Pfn pfn, PageSize size, bool isWritable)
    {
        var (at, offset) = (gfn.AsTableInput.Value & size.PageMask, gfn.Value & (size.Pages - 1));
        var standing = Stage2.Follow(gfn.AsTableInput, out var old) && old.Size > size ? old.Size : size;
        Stage2.Unmap(IovaRange.Of(new Iova(at & standing.PageMask), standing.Bytes));
        var permissions = Permissions.Read | Permissions.Execute | (isWritable ? Permissions.Write : Permissions.None);
        return Stage2.TryMap(IovaRange.Of(new Iova(at), size.Bytes), new Pfn(pfn.Value - offset), permissions, size).IsDone ? Errno.None : Errno.ENOMEM;
    }

    private bool IsMapped(Gfn gfn, bool write)
    {
        using var inside = Stage2.Arena.EnterReader();
        return Stage2.Follow(gfn.AsTableInput, out var leaf) && (!write || (leaf.Permissions & Permissions.Write) != 0);
    }

    private void Count(KvmCounters counts, bool isServed)
    {
        lock (MmuLock)
        {
            _counters.Stage2Faults += isServed ? 1 : 0;
            _counters.HostWalks += counts.HostWalks;
            _counters.Retries += counts.Retries;
            _counters.GupAttempts += counts.GupAttempts;
        }
    }

    /// <summary>Removes every leaf that holds one of the frames, whole.</summary>
    private void ZapStage2(Gfn first, Gfn last)
    {
        var (start, end) = (first.AsTableInput, new Iova(last.AsTableInput.Value | PageSize.Size4K.OffsetMask));
        if (Stage2.Follow(start, out var leaf)) start = new Iova(start.Value & leaf.PageMask);
        if (Stage2.Follow(end, out leaf)) end = new Iova(end.Value | leaf.Size.OffsetMask);
        _counters.Stage2Zapped += (long)Stage2.Unmap(IovaRange.Inclusive(start, end)).Total;
    }
}
