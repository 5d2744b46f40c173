using Fast.PageTables;

namespace Fast.Linux;

/// <summary>How pages get into domains and out (<c>iopt_pages</c>, <c>pfn_reader</c>).</summary>
internal sealed class IoasPages(AddressSpace mm, KernelCounters counters)
{
    /// <summary>Pages of one pin: what pointers fit into 64 KiB.</summary>
    private const int PagesPerPin = 64 * 1024 / 8;

    private readonly Pfn[] _pinned = new Pfn[PagesPerPin];
    private readonly PfnBatch _batch = new();
    private int _next;
    private int _end;

    public bool DisablesLargePages { get; set; }

    /// <summary>Maps an area in all domains, batch by batch; a failure leaves all as they were (<c>iopt_area_fill_domains</c>).</summary>
    public Errno Fill(IoasArea area, IReadOnlyList<IommuDomain> domains)
    {
        (_next, _end) = (0, 0);
        ulong done = 0;
        var errno = Errno.None;
        while (errno == Errno.None && done < area.Bytes)
        {
            _batch.Clear();
            errno = area.Buffer is not null ? ReadBuffer(area) : area.File is not null ? ReadFile(area, done) : Read(area, done);
            if (_batch.Pages == 0) break;
            if (errno == Errno.None) errno = MapBatch(area, done, domains);
            if (errno != Errno.None) UnpinBatch(area);
            else done += _batch.Pages << Pfn.Shift;
        }

        // Pages are charged at the end, all at once.
        if (errno == Errno.None && area.Buffer is null) errno = mm.Failures.Fails(FailurePoint.Lock) ? Errno.EINTR : mm.Locked.Charge(done >> Pfn.Shift, mm.Locked.HasIpcLock);
        area.StoredBytes = errno == Errno.None ? done : 0;
        if (errno == Errno.None) return errno;
        for (; _next < _end; _next++) Unpin(_pinned[_next]);
        if (done != 0) UnmapAndUnpin(area, done, domains);
        return errno;
    }

    /// <summary>Maps an area in one more domain, from what the first one translates.</summary>
    public Errno Copy(IoasArea area, IommuDomain from, IommuDomain to)
    {
        for (ulong done = 0; done < area.StoredBytes;)
        {
            done += ReadBack(area, done, area.StoredBytes, from);
            var at = done - (_batch.Pages << Pfn.Shift);
            var errno = MapBatch(area, at, [to]);
            if (errno == Errno.None) continue;
            if (at != 0) to.Unmap(area.Iova, at);
            return errno;
        }

        return Errno.None;
    }

    /// <summary>Takes an area out of all domains and gives its pages back.</summary>
    public void Unfill(IoasArea area, IReadOnlyList<IommuDomain> domains)
    {
        if (area.StoredBytes == 0) return;
        UnmapAndUnpin(area, area.StoredBytes, domains);
        if (area.Buffer is null) mm.Locked.Uncharge(area.StoredBytes >> Pfn.Shift);
        area.StoredBytes = 0;
    }

    /// <summary>A buffer is one run, unless it is revoked: then it is none, and that is no error.</summary>
    private Errno ReadBuffer(IoasArea area)
    {
        if (!area.IsRevoked) AddBuffer(area, area.Bytes);
        return Errno.None;
    }

    /// <summary>A run counts its pages in 32 bits: from 16 TiB on a buffer takes several.</summary>
    private void AddBuffer(IoasArea area, ulong bytes)
    {
        var pages = bytes >> Pfn.Shift;
        for (ulong done = 0, some; done < pages; done += some)
        {
            some = Math.Min(pages - done, uint.MaxValue);
            _batch.TryAdd(area.First + done, some);
        }
    }

    /// <summary>Fills the batch folio by folio (<c>memfd_pin_folios</c>, <c>batch_from_folios</c>): one run each, and a reference for each of its pages.</summary>
    private Errno ReadFile(IoasArea area, ulong done)
    {
        var file = area.File!;
        while (done + (_batch.Pages << Pfn.Shift) < area.Bytes)
        {
            var page = (done >> Pfn.Shift) + _batch.Pages;
            var at = area.FilePage + page;
            var inFolio = file.FolioSize.Pages - (at & (file.FolioSize.Pages - 1));
            var isFolio = file.IsFolio(at & ~(file.FolioSize.Pages - 1), file.FolioSize.Pages);
            var pages = Math.Min(isFolio ? inFolio : 1, (area.Bytes >> Pfn.Shift) - page);
            if (!_batch.TryAdd(file.PfnOf(at), pages)) return Errno.None;
            counters.MapCounts.FolioGrabs++;
            for (ulong each = 0; each < pages; each++)
            {
                if (mm.StructPages.TryPin(file.PfnOf(at + each))) counters.MapCounts.Pins++;
            }
        }

        return Errno.None;
    }

    /// <summary>Fills the batch until a run finds no room or the area ends; what was pinned too much stays for the next one.</summary>
    private Errno Read(IoasArea area, ulong done)
    {
        while (done + (_batch.Pages << Pfn.Shift) < area.Bytes)
        {
            if (_next == _end)
            {
                var at = done + (_batch.Pages << Pfn.Shift);
                var wanted = (int)Math.Min(PagesPerPin, (area.Bytes - at) >> Pfn.Shift);
                var got = mm.PinUserPagesRemote(area.Va + at, wanted, (area.Permissions & Permissions.Write) != 0, _pinned);
                counters.Trace?.Step("pin_user_pages_remote", $"{area.Va + at} x {wanted} -> {VfioLookup.Outcome(got)}");
                // Unlike type1 before patch 1, zero pages were never taken for any.
                if (got <= 0) return got == 0 ? Errno.EFAULT : (Errno)(-got);
                (_next, _end) = (0, (int)got);
            }

            for (; _next < _end; _next++)
            {
                if (!_batch.TryAdd(_pinned[_next], 1)) return Errno.None;
            }
        }

        return Errno.None;
    }

    private Errno MapBatch(IoasArea area, ulong offset, IReadOnlyList<IommuDomain> domains)
    {
        for (var index = 0; index < domains.Count; index++)
        {
            var errno = MapBatch(area, offset, domains[index]);
            if (errno == Errno.None) continue;
            while (--index >= 0) domains[index].Unmap(area.Iova + offset, _batch.Pages << Pfn.Shift);
            return errno;
        }

        return Errno.None;
    }

    /// <summary>One <c>iommu_map</c> per run (<c>batch_to_domain</c>); a failure takes back what this call mapped.</summary>
    private Errno MapBatch(IoasArea area, ulong offset, IommuDomain domain)
    {
        ulong done = 0;
        for (var run = 0; run < _batch.Count; run++)
        {
            var (first, pages) = _batch[run];
            var step = DisablesLargePages ? 1 : pages;
            for (ulong page = 0; page < pages; page += step)
            {
                counters.MapCounts.Chunks++;
                var errno = mm.Failures.Fails(FailurePoint.Map) ? Errno.ENOMEM : domain.Map(area.Iova + offset + done, first + page, step, area.Permissions);
                counters.Trace?.Step("iommu_map", $"{area.Iova + offset + done} to {first + page} x {step} -> {errno}");
                if (errno != Errno.None)
                {
                    if (done != 0) domain.Unmap(area.Iova + offset, done);
                    return errno;
                }

                done += step << Pfn.Shift;
            }
        }

        return Errno.None;
    }

    private void UnmapAndUnpin(IoasArea area, ulong bytes, IReadOnlyList<IommuDomain> domains)
    {
        for (var index = 1; index < domains.Count; index++) domains[index].Unmap(area.Iova, bytes);
        if (area.Buffer is not null)
        {
            domains[0].Unmap(area.Iova, bytes);
            return;
        }

        for (ulong done = 0; done < bytes;)
        {
            var start = done;
            done += ReadBack(area, done, bytes, domains[0]);
            domains[0].Unmap(area.Iova + start, done - start);
            UnpinBatch(area);
        }
    }

    /// <summary>Frames that a domain translates, page by page (<c>batch_from_domain</c>); of a buffer they are known.</summary>
    private ulong ReadBack(IoasArea area, ulong offset, ulong bytes, IommuDomain domain)
    {
        _batch.Clear();
        if (area.Buffer is not null)
        {
            AddBuffer(area, bytes);
            return bytes;
        }

        var at = offset;
        while (at < bytes)
        {
            mm.Resched.Step();
            if (!_batch.TryAdd(Pfn.Of(new PhysicalAddress(domain.IovaToPhys(area.Iova + at))), 1)) break;
            at += PageSize.Size4K.Bytes;
        }

        return at - offset;
    }

    private void UnpinBatch(IoasArea area)
    {
        for (var run = 0; area.Buffer is null && run < _batch.Count; run++)
        {
            var (first, pages) = _batch[run];
            for (ulong page = 0; page < pages; page++) Unpin(first + page);
        }
    }

    private void Unpin(Pfn pfn)
    {
        if (mm.StructPages.IsInvalidReserved(pfn)) return;
        mm.StructPages.Unpin(pfn);
        counters.UnmapCounts.Unpins++;
    }
}
