using Fast.PageTables;

namespace Fast.Linux;

/// <summary>The map half of type1: find the frames behind a range, stretch by stretch, and hand each stretch to the IOMMU.</summary>
internal sealed class VfioPinner(AddressSpace mm, KernelCounters counters, VfioLookup lookup, VfioAccounting accounting, VfioUnpinner unpinner)
{
    private readonly VfioBatch _batch = new();
    private readonly StructPages _structPages = mm.StructPages;
    private readonly bool _batchInside = mm.Profile.Has(VfioPatches.BatchInside);
    private readonly bool _byRun = mm.Profile.MemlockCheck == MemlockCheck.PerRun;
    private ulong _limit;

    /// <summary>The module parameter <c>disable_hugepages</c>: one page per call.</summary>
    public bool DisablesHugepages { get; set; }

    /// <summary>Begins with an empty batch and the limit of the moment.</summary>
    public void Begin()
    {
        _limit = mm.Locked.LimitPages;
        _batch.Init(single: DisablesHugepages || mm.Failures.Fails(FailurePoint.Batch));
    }

    /// <summary>Gives back what nobody used (<c>vfio_batch_unpin</c>).</summary>
    public void End()
    {
        for (; _batch.Size > 0; _batch.Consume(1)) unpinner.Put(_batch.Next);
    }

    /// <summary>Maps a range chunk by chunk (<c>vfio_pin_map_dma</c>). On failure the caller removes what <see cref="VfioDma.Bytes"/> says.</summary>
    public Errno PinMapDma(ref VfioDma dma, ulong bytes, VfioDomains domains)
    {
        Begin();
        var errno = Errno.None;
        while (dma.Bytes < bytes)
        {
            var pages = PinPagesRemote(ref dma, dma.Va + dma.Bytes, (bytes - dma.Bytes) >> Pfn.Shift, out var first);
            if (pages < 0)
            {
                errno = (Errno)(-pages);
                break;
            }

            errno = domains.Map(dma.Iova + dma.Bytes, first, (ulong)pages, dma.Permissions);
            if (errno != Errno.None)
            {
                unpinner.Unpin(ref dma, dma.Iova + dma.Bytes, first, (ulong)pages, accounts: true);
                End();
                break;
            }

            dma.Bytes += (ulong)pages << Pfn.Shift;
        }

        if (_batch.Size != 0) throw new InvalidOperationException($"{_batch.Size} pages are left in a batch that is freed");
        dma.IsMapped = true;
        return errno;
    }

    /// <summary>Finds the longest stretch of consecutive frames of one kind (<c>vfio_pin_pages_remote</c>).</summary>
    /// <returns>Pages, or a negative errno; then nothing is pinned or charged.</returns>
    public long PinPagesRemote(ref VfioDma dma, Va va, ulong wanted, out Pfn first)
    {
        var state = new Stretch { Va = va, Iova = dma.Iova + (va.Value - dma.Va.Value), Wanted = wanted };
        if (_batch.Size > 0)
        {
            state.First = _batch.Next;
            state.IsReserved = _structPages.IsInvalidReserved(state.First);
        }

        if (DisablesHugepages) state.Wanted = 1;
        var errno = _batchInside ? Gather(ref dma, ref state) : GatherOneByOne(ref dma, ref state);
        if (errno == Errno.None)
        {
            dma.HasReserved |= state.IsReserved;
            errno = accounting.Charge(ref dma, state.Charge);
        }

        if (!_batchInside && _batch is { Size: 1, Offset: 0 })
        {
            // "May be a pfnmap's": of a page that was pinned ahead this is the pin, and the next call pins it again.
            unpinner.Put(state.Pfn);
            _batch.Consume(1);
        }

        first = state.First;
        if (errno == Errno.None)
        {
            if (state.Pinned == 0) throw new InvalidOperationException("a chunk of no pages: Linux would report a short mapping as success here");
            counters.MapCounts.Chunks++;
            counters.Trace?.Step("vfio_pin_pages_remote", $"{va} -> {state.Pinned} pages from {first}, {(state.IsReserved ? "reserved" : "normal")}");
            return (long)state.Pinned;
        }

        if (!state.IsReserved)
        {
            for (ulong page = 0; page < state.Pinned; page++) unpinner.Put(first + page);
        }

        End();
        counters.Trace?.Step("vfio_pin_pages_remote", $"{va} -> {errno}");
        return -(long)errno;
    }

    /// <summary>Since patch 3. A lookup that does not continue the stretch is thrown away and repeated by the next call; pinned pages are kept.</summary>
    private Errno Gather(ref VfioDma dma, ref Stretch state)
    {
        while (state.Wanted > 0)
        {
            if (_batch.Size == 0)
            {
                mm.Resched.Step();
                var pages = lookup.VaddrGetPfns(state.Va, state.Wanted, dma.Permissions, _batch, ref state.Pfn);
                if (pages < 0) return (Errno)(-pages);
                if (state.First.Value == 0) Begin(ref state);
                // An empty batch says "pfnmap".
                if (_batch.Size == 0)
                {
                    if (!state.IsContinuedBy(state.Pfn) || !state.IsReserved) return Errno.None;
                    state.Take((ulong)pages);
                    continue;
                }
            }

            while (_batch.Size > 0)
            {
                state.Pfn = _batch.Next;
                if (!state.IsContinuedBy(state.Pfn) || state.IsReserved != _structPages.IsInvalidReserved(state.Pfn)) return Errno.None;
                var count = _byRun ? _batch.CountContiguous(_structPages) : 1;
                var errno = TakePages(in dma, ref state, count);
                if (errno != Errno.None) return errno;
            }
        }

        return Errno.None;
    }

    /// <summary>Before patch 3: a frame of a pfnmap passes through the batch as if it were a page.</summary>
    private Errno GatherOneByOne(ref VfioDma dma, ref Stretch state)
    {
        while (state.Wanted > 0)
        {
            if (_batch.Size == 0)
            {
                mm.Resched.Step();
                var pages = lookup.VaddrGetPfns(state.Va, Math.Min(state.Wanted, (ulong)_batch.Capacity), dma.Permissions, _batch, ref state.Pfn);
                if (pages < 0) return (Errno)(-pages);
                _batch.Refill((int)pages);
                if (state.First.Value == 0) Begin(ref state);
                if (pages == 0) return TakeNothing(ref state);
            }
            else
            {
                state.Pfn = _batch.Next;
            }

            while (true)
            {
                if (!state.IsContinuedBy(state.Pfn) || state.IsReserved != _structPages.IsInvalidReserved(state.Pfn)) return Errno.None;
                var errno = TakePages(in dma, ref state, 1);
                if (errno != Errno.None) return errno;
                if (_batch.Size == 0) break;
                state.Pfn = _batch.Next;
            }
        }

        return Errno.None;
    }

    /// <summary>Checks the limit for pages of the batch and takes them.</summary>
    private Errno TakePages(in VfioDma dma, ref Stretch state, int count)
    {
        if (!state.IsReserved)
        {
            var charge = count - dma.ExternalIn(state.Iova, (ulong)count);
            if (charge > 0)
            {
                counters.MapCounts.MemlockChecks++;
                if (!dma.IgnoresLimit && mm.Locked.Pages + (ulong)(state.Charge + charge) > _limit) return Errno.ENOMEM;
                state.Charge += charge;
            }
        }

        state.Take((ulong)count);
        _batch.Consume(count);
        return Errno.None;
    }

    /// <summary>Before patch 1: no page was pinned and none looked up, and a frame that nobody wrote is taken all the same.</summary>
    private Errno TakeNothing(ref Stretch state)
    {
        if (!state.IsContinuedBy(state.Pfn)) return Errno.None;
        counters.Bugs |= KnownBugs.ZeroPinIsAFrame;
        state.Take(1);
        // What would follow reads past the batch, of which there are minus one entries.
        state.Wanted = 0;
        return Errno.None;
    }

    /// <summary>The start of a stretch; and, because frame 0 looks like "none yet", sometimes a second start of the same.</summary>
    private void Begin(ref Stretch state)
    {
        if (state.Pinned > 0) counters.Bugs |= KnownBugs.FrameZeroMeansUnset;
        state.First = state.Pfn;
        state.IsReserved = _structPages.IsInvalidReserved(state.Pfn);
    }

    /// <summary>A stretch on its way.</summary>
    private struct Stretch
    {
        public Va Va;
        public Iova Iova;
        public ulong Wanted;
        public ulong Pinned;
        public long Charge;
        public Pfn First;
        public Pfn Pfn;
        public bool IsReserved;

        public readonly bool IsContinuedBy(Pfn pfn) => pfn == First + Pinned;

        public void Take(ulong pages)
        {
            Pinned += pages;
            Wanted -= pages;
            Va += pages << PageTables.Pfn.Shift;
            Iova += pages << PageTables.Pfn.Shift;
        }
    }
}
