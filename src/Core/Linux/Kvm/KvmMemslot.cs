using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A stretch of guest memory that is backed by a stretch of its process (<c>kvm_memory_slot</c>).</summary>
/// <param name="First">First guest frame.</param>
/// <param name="Pages">Number of frames.</param>
/// <param name="Hva">Where the process has it.</param>
/// <param name="IsReadOnly">KVM_MEM_READONLY.</param>
public sealed record KvmMemslot(Gfn First, ulong Pages, Va Hva, bool IsReadOnly = false)
{
    /// <summary>Last guest frame.</summary>
    public Gfn Last => First + (Pages - 1);

    /// <summary>Last byte of the process's side.</summary>
    public Va HvaLast => Hva + ((Pages << Pfn.Shift) - 1);

    /// <summary>Whether a guest frame lies inside.</summary>
    public bool Contains(Gfn gfn) => gfn >= First && gfn <= Last;

    /// <summary>The process's address of a guest frame.</summary>
    public Va HvaOf(Gfn gfn) => Hva + ((gfn.Value - First.Value) << Pfn.Shift);

    /// <summary>The guest frames of what a range of the process holds of the slot; <see langword="null"/> if nothing.</summary>
    public (Gfn First, Gfn Last)? FramesOf(Va first, Va last)
    {
        if (last < Hva || first > HvaLast) return null;
        var from = first > Hva ? (first.Value - Hva.Value) >> Pfn.Shift : 0;
        var to = last < HvaLast ? (last.Value - Hva.Value) >> Pfn.Shift : Pages - 1;
        return (First + from, First + to);
    }

    /// <summary>
    /// The largest stage-2 leaf around a guest frame that the slot allows: guest frame and process address must be congruent, and the leaf must lie inside
    /// (<c>kvm_alloc_memslot_metadata</c>, <c>disallow_lpage</c>).
    /// </summary>
    public PageSize LargestAt(Gfn gfn) => Allows(gfn, PageSize.Size1G) ? PageSize.Size1G : Allows(gfn, PageSize.Size2M) ? PageSize.Size2M : PageSize.Size4K;

    private bool Allows(Gfn gfn, PageSize size)
    {
        var start = gfn.Value & ~(size.Pages - 1);
        return ((First.Value ^ (Hva.Value >> Pfn.Shift)) & (size.Pages - 1)) == 0 && start >= First.Value && start + (size.Pages - 1) <= Last.Value;
    }
}
