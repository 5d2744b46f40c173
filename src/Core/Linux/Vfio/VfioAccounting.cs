namespace Fast.Linux;

/// <summary>Charges of locked pages to the process that a mapping belongs to.</summary>
internal sealed class VfioAccounting(AddressSpace mm, KernelCounters counters)
{
    /// <summary>Charges pages or, negative, takes the charge back (<c>vfio_lock_acct</c>). Nothing is charged on failure.</summary>
    public Errno Charge(ref VfioDma dma, long pages)
    {
        if (pages == 0) return Errno.None;
        counters.Locks?.Take(ModelledLock.MmapWrite);
        var errno = Apply(ref dma, pages);
        counters.Locks?.Release(ModelledLock.MmapWrite);
        counters.Trace?.Step("vfio_lock_acct", $"{pages} pages -> {errno}, {mm.Locked.Pages} locked");
        return errno;
    }

    private Errno Apply(ref VfioDma dma, long pages)
    {
        if (pages < 0)
        {
            mm.Locked.Uncharge((ulong)-pages);
            dma.LockedPages -= (ulong)-pages;
            return Errno.None;
        }

        if (mm.Failures.Fails(FailurePoint.Lock)) return Errno.EINTR;
        var errno = mm.Locked.Charge((ulong)pages, dma.IgnoresLimit);
        if (errno == Errno.None) dma.LockedPages += (ulong)pages;
        return errno;
    }
}
