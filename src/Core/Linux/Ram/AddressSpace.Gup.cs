using Fast.PageTables;

namespace Fast.Linux;

public sealed partial class AddressSpace
{
    /// <summary>What the process may lock and has locked.</summary>
    public LockedMemory Locked { get; } = new();

    /// <summary>What goes wrong and when.</summary>
    public FailureScript Failures { get; init; } = FailureScript.None;

    /// <summary>
    /// Takes references on pages (<c>pin_user_pages_remote</c> with FOLL_LONGTERM), faulting in what is missing. An area of raw frames is refused before
    /// anything is walked or any signal looked at (<c>check_vma_flags</c>), so on a BAR this always fails.
    /// </summary>
    /// <param name="va">The first page.</param>
    /// <param name="wanted">How many at most.</param>
    /// <param name="write">Whether they will be written.</param>
    /// <param name="pages">Where their frames go.</param>
    /// <returns>How many were pinned, possibly fewer than wanted; 0; or a negative errno when there is not a single one.</returns>
    internal long PinUserPagesRemote(Va va, int wanted, bool write, Span<Pfn> pages)
    {
        _counters.MapCounts.GupAttempts++;
        var scripted = Failures.Gup(out var most);
        if (most == 0) return 0;
        var area = _areas.Find(va);
        if (area is null || area.Ram is null) return -(long)Errno.EFAULT;
        if (scripted != Errno.None) return -(long)scripted;
        wanted = (int)Math.Min(wanted, most);
        var got = 0;
        while (got < wanted)
        {
            area = _areas.Find(va);
            // A folio may hold the page that cannot be had: what lies before it is taken.
            var poisoned = Failures.FirstPoisoned(va, (ulong)(wanted - got));
            if (poisoned is { } page && page > va) wanted = got + (int)((page.Value - va.Value) >> Pfn.Shift);
            var errno = area?.Ram is null || !area.Has(write ? AreaFlags.Write : AreaFlags.Read) || poisoned == va ? Errno.EFAULT : Errno.None;
            if (errno == Errno.None && Failures.HasFatalSignal) errno = Errno.EINTR;
            Leaf leaf = default;
            if (errno == Errno.None && !Table.Follow(va.AsTableInput, out leaf))
            {
                _counters.MapCounts.Faults++;
                errno = ErrnoOf(FaultRam(area!, va, out _));
                if (errno == Errno.None) Table.Follow(va.AsTableInput, out leaf);
            }

            if (errno != Errno.None) return got > 0 ? got : -(long)errno;
            got += GrabLeaf(leaf, va, wanted - got, pages[got..], out var taken);
            va += taken;
        }

        return got;
    }

    /// <summary>Fills one folio in, or a single page where a folio does not fit (<c>do_anonymous_page</c>, <c>do_huge_pmd_anonymous_page</c>, <c>hugetlb_fault</c>).</summary>
    private FaultResult FaultRam(Area area, Va va, out ulong next)
    {
        var scripted = Failures.Fault();
        next = va.Value;
        if (scripted != FaultResult.NoPage) return scripted;
        var ram = area.Ram!;
        var size = ram.FolioSize;
        var start = new Va(va.Value & size.PageMask);
        var isWhole = start >= area.Start && start.Value + size.OffsetMask <= area.Last.Value
            && (ram.IsHugetlb || (AllowsThp(area) && Table.Walk(va.AsTableInput).Level >= PmdLevel))
            && ram.IsFolio((area.BarOffset + (start.Value - area.Start.Value)) >> Pfn.Shift, size.Pages);
        if (!isWhole) (size, start) = (PageSize.Size4K, new Va(va.Value & PageSize.Size4K.PageMask));
        next = start.Value + size.Bytes;
        return Insert(area, IovaRange.Of(start.AsTableInput, size.Bytes), area.PfnOf(start), size);
    }

    private bool AllowsThp(Area area) =>
        area.Ram!.Kind == RamKind.Thp && !area.Has(AreaFlags.NoHugePage)
        && (ThpPolicy == ThpPolicy.Always || (ThpPolicy == ThpPolicy.Madvise && area.Has(AreaFlags.HugePageAdvised)));

    /// <summary>References on the rest of a folio: one step where GUP knows folios, one per page where it does not.</summary>
    private int GrabLeaf(in Leaf leaf, Va va, int wanted, Span<Pfn> pages, out ulong bytes)
    {
        var rest = (leaf.Size.Bytes - (va.Value & leaf.Size.OffsetMask & PageSize.Size4K.PageMask)) >> Pfn.Shift;
        var count = (int)Math.Min(rest, (ulong)wanted);
        _counters.MapCounts.FolioGrabs += Profile.GupGrabsFolios ? 1 : count;
        for (var page = 0; page < count; page++)
        {
            var pfn = leaf.Pfn + (ulong)page;
            pages[page] = pfn;
            if (StructPages.TryPin(pfn)) _counters.MapCounts.Pins++;
        }

        bytes = (ulong)count << Pfn.Shift;
        return count;
    }

    private static Errno ErrnoOf(FaultResult result) => result switch
    {
        FaultResult.NoPage => Errno.None,
        FaultResult.Oom => Errno.ENOMEM,
        _ => Errno.EFAULT,
    };
}
