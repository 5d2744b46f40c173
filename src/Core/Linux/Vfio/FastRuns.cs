using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// The fast path's map where runs have to be held in hand: pages are pinned and charged by the run, every domain gets it, and each leaf of the CPU's table is
/// read once. What is not there yet is faulted in on the way.
/// </summary>
internal sealed class FastRuns(AddressSpace mm, KernelCounters counters, VfioAccounting accounting, VfioUnpinner unpinner)
{
    private const int RunsPerRead = 64;
    private const int RunsPerTake = 1024;

    private readonly StructPages _structPages = mm.StructPages;

    /// <summary>Maps a range in every domain. A failure leaves nothing behind.</summary>
    public Errno Map(ref VfioDma dma, ulong bytes, VfioDomains domains, bool write)
    {
        var work = new Work { Position = dma.Va, Limit = mm.Locked.LimitPages };
        var errno = ReadAll(ref dma, bytes, domains, write, ref work);
        if (errno == Errno.None) errno = Flush(ref dma, domains, ref work);
        if (errno == Errno.None) errno = accounting.Charge(ref dma, work.Charge);
        if (errno != Errno.None) TakeBack(ref dma, domains, ref work);
        return errno;
    }

    /// <summary>
    /// Empties a range of a domain and gives its pages back: leaves tell their frames on their way out, the IOTLB forgets them, then they go. So many runs wait for one
    /// flush as a last table can hold.
    /// </summary>
    /// <returns>Pages that were pinned and are no longer.</returns>
    public long TakeOut(IovaRange range, IommuDomain domain)
    {
        Span<Run> runs = stackalloc Run[RunsPerTake];
        var cursor = new RunCursor(range);
        long released = 0;
        while (!cursor.IsAtEnd)
        {
            var count = domain.TakeRuns(ref cursor, runs);
            counters.Trace?.Step("take runs", $"{count} runs, up to {(cursor.IsAtEnd ? range.Last : cursor.Position)}");
            if (cursor.IsAtEnd) domain.FreeTables(range);
            domain.IotlbSync();
            counters.Trace?.Step("flush", $"{count} runs");
            foreach (ref readonly var run in runs[..count]) released += (long)Release(run.Pfn, run.Pages);
            counters.Trace?.Step("give back", $"{count} runs, {released} pages so far");
        }

        counters.UnmapCounts.LeavesVisited += (long)cursor.LeavesRead.Total;
        return released;
    }

    /// <summary>Gives back the normal pages of a run.</summary>
    /// <returns>How many.</returns>
    private ulong Release(Pfn first, ulong pages)
    {
        ulong released = 0;
        for (ulong done = 0; done < pages;)
        {
            var same = _structPages.SameKind(first + done, pages - done);
            if (!_structPages.IsInvalidReserved(first + done))
            {
                unpinner.Release(first + done, same);
                released += same;
            }

            done += same;
        }

        return released;
    }

    private Errno ReadAll(ref VfioDma dma, ulong bytes, VfioDomains domains, bool write, ref Work work)
    {
        Span<Run> runs = stackalloc Run[RunsPerRead];
        var last = dma.Va + (bytes - 1);
        var cursor = new RunCursor(IovaRange.Inclusive(dma.Va.AsTableInput, last.AsTableInput));
        while (!cursor.IsAtEnd)
        {
            mm.Resched.Step();
            var count = mm.Table.ReadRuns(ref cursor, runs);
            foreach (ref readonly var run in runs[..count])
            {
                var errno = FaultIn(ref dma, new Va(run.Start.Value), domains, write, ref work);
                if (errno == Errno.None) errno = Take(ref dma, run, domains, ref work);
                if (errno != Errno.None) return errno;
            }
        }

        counters.MapCounts.LeavesVisited += (long)cursor.LeavesRead.Total;
        return FaultIn(ref dma, last + 1, domains, write, ref work);
    }

    /// <summary>Fills the hole from the current position up to <paramref name="end"/>, leaf by leaf, and reads each as it comes.</summary>
    private Errno FaultIn(ref VfioDma dma, Va end, VfioDomains domains, bool write, ref Work work)
    {
        Span<Run> runs = stackalloc Run[RunsPerRead];
        while (work.Position < end)
        {
            var errno = mm.FixupUserFault(work.Position, write, out var next);
            counters.Trace?.Step("fixup_user_fault", $"{work.Position} -> {errno}");
            if (errno != Errno.None) return errno;
            var cursor = new RunCursor(IovaRange.Inclusive(work.Position.AsTableInput, new Iova(Math.Min(next, end.Value) - 1)));
            while (!cursor.IsAtEnd)
            {
                var count = mm.Table.ReadRuns(ref cursor, runs);
                foreach (ref readonly var run in runs[..count])
                {
                    errno = Take(ref dma, run, domains, ref work);
                    if (errno != Errno.None) return errno;
                }
            }

            counters.MapCounts.LeavesVisited += (long)cursor.LeavesRead.Total;
        }

        return Errno.None;
    }

    /// <summary>Joins a run to the one in hand, or hands that one on.</summary>
    private Errno Take(ref VfioDma dma, in Run run, VfioDomains domains, ref Work work)
    {
        if (run.Start != work.Position.AsTableInput) return Errno.EFAULT;
        work.Position = new Va(run.Last.Value) + 1;
        if (work.Pages != 0 && run.Pfn == work.First + work.Pages)
        {
            work.Pages += run.Pages;
            return Errno.None;
        }

        var errno = Flush(ref dma, domains, ref work);
        (work.First, work.Pages) = (run.Pfn, run.Pages);
        return errno;
    }

    /// <summary>Pins the run in hand and maps it everywhere.</summary>
    private Errno Flush(ref VfioDma dma, VfioDomains domains, ref Work work)
    {
        if (work.Pages == 0) return Errno.None;
        var (first, pages, iova) = (work.First, work.Pages, dma.Iova + work.Done);
        work.Pages = 0;
        var errno = Pin(ref dma, iova, first, pages, ref work);
        if (errno != Errno.None) return errno;
        for (var index = 0; index < domains.Count; index++)
        {
            errno = mm.Failures.Fails(FailurePoint.Map) ? Errno.ENOMEM : domains[index].MapRun(iova, first, pages, dma.Permissions);
            counters.Trace?.Step("map run", $"{iova} to {first} x {pages} -> {errno}");
            if (errno == Errno.None) continue;
            while (--index >= 0) domains[index].UnmapRange(IovaRange.Of(iova, pages << Pfn.Shift));
            Release(first, pages);
            return errno;
        }

        work.Done += pages << Pfn.Shift;
        return Errno.None;
    }

    private Errno Pin(ref VfioDma dma, Iova iova, Pfn first, ulong pages, ref Work work)
    {
        if (mm.Failures.HasFatalSignal) return Errno.EINTR;
        for (ulong done = 0; done < pages;)
        {
            var same = _structPages.SameKind(first + done, pages - done);
            if (_structPages.IsInvalidReserved(first + done))
            {
                dma.HasReserved = true;
            }
            else
            {
                work.Charge += (long)same - dma.ExternalIn(iova + (done << Pfn.Shift), same);
                counters.MapCounts.MemlockChecks++;
                if (!dma.IgnoresLimit && mm.Locked.Pages + (ulong)work.Charge > work.Limit)
                {
                    Release(first, done);
                    return Errno.ENOMEM;
                }

                dma.HasPinned = true;
                _structPages.Pin(first + done, same);
                counters.MapCounts.Pins += (long)same;
            }

            done += same;
        }

        return Errno.None;
    }

    private void TakeBack(ref VfioDma dma, VfioDomains domains, ref Work work)
    {
        if (work.Done == 0) return;
        var range = IovaRange.Of(dma.Iova, work.Done);
        for (var index = domains.Count - 1; index > 0; index--) domains[index].UnmapRange(range);
        TakeOut(range, domains[0]);
    }

    /// <summary>A map on its way.</summary>
    private struct Work
    {
        /// <summary>The next address to read.</summary>
        public Va Position;

        /// <summary>Bytes that every domain has.</summary>
        public ulong Done;

        /// <summary>The run in hand.</summary>
        public Pfn First;

        /// <summary>Its length; 0: none.</summary>
        public ulong Pages;

        /// <summary>Pages to be charged.</summary>
        public long Charge;

        /// <summary>The limit of the moment, in pages.</summary>
        public ulong Limit;
    }
}
