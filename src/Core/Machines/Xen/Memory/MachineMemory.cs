using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Who owns a machine frame.</summary>
public enum FrameOwner : byte
{
    /// <summary>Nobody: it is in Xen's heap.</summary>
    Heap,

    /// <summary>The domain that drives the GPU.</summary>
    Dom0,

    /// <summary>The guest.</summary>
    Guest,

    /// <summary>Xen, or domains that this machine does not show.</summary>
    Xen,
}

/// <summary>The machine's frames: RAM from frame 0 on, each with owner and references, and the GPU's BAR far above, which Xen does not count.</summary>
public sealed class MachineMemory
{
    private readonly FrameOwner[] _owners;
    private readonly byte[] _references;

    /// <summary>A machine of that much memory, all of it free.</summary>
    /// <param name="ramPages">4 KiB frames of RAM.</param>
    /// <param name="barPages">4 KiB frames of the GPU's BAR.</param>
    public MachineMemory(ulong ramPages, ulong barPages)
    {
        (RamPages, BarPages) = (ramPages, barPages);
        _owners = new FrameOwner[ramPages];
        _references = new byte[ramPages];
        Heap.GiveRange(0, ramPages);
    }

    /// <summary>First frame of the BAR: 16 TiB, where firmware puts large BARs.</summary>
    public static Pfn Bar { get; } = new(1UL << 32);

    /// <summary>Frames of RAM.</summary>
    public ulong RamPages { get; }

    /// <summary>Frames of the BAR.</summary>
    public ulong BarPages { get; }

    /// <summary>Frames that nobody owns.</summary>
    public FrameHeap Heap { get; } = new();

    /// <summary>References that entries of other domains hold, all frames together.</summary>
    public ulong References { get; private set; }

    /// <summary>Whether a frame is RAM.</summary>
    public bool IsRam(Pfn mfn) => mfn.Value < RamPages;

    /// <summary>Whether a frame is the GPU's.</summary>
    public bool IsBar(Pfn mfn) => mfn.Value >= Bar.Value && mfn.Value - Bar.Value < BarPages;

    /// <summary>Owner of a frame of RAM.</summary>
    public FrameOwner OwnerOf(Pfn mfn) => _owners[mfn.Value];

    /// <summary>References on a frame of RAM.</summary>
    public int ReferencesOn(Pfn mfn) => _references[mfn.Value];

    /// <summary>Frames that an owner has; counted.</summary>
    public ulong CountOf(FrameOwner owner) => (ulong)_owners.AsSpan().Count(owner);

    /// <summary>Takes a block from the heap for an owner.</summary>
    public bool TryTake(int order, FrameOwner owner, out Pfn mfn)
    {
        var had = Heap.TryTake(order, out var first);
        mfn = new Pfn(first);
        if (had) SetOwner(mfn, 1UL << order, owner);
        return had;
    }

    /// <summary>Takes one free frame for Xen itself, wherever it lies.</summary>
    public void Reserve(Pfn mfn)
    {
        Heap.TakeFrame((uint)mfn.Value);
        SetOwner(mfn, 1, FrameOwner.Xen);
    }

    /// <summary>Gives frames back to the heap.</summary>
    /// <exception cref="InvalidOperationException">Somebody still refers to one.</exception>
    public void Give(Pfn mfn, ulong pages)
    {
        if (_references.AsSpan((int)mfn.Value, (int)pages).ContainsAnyExcept((byte)0))
            throw new InvalidOperationException($"{pages} frames from {mfn} on go back to the heap while a mapping refers to one of them");
        SetOwner(mfn, pages, FrameOwner.Heap);
        Heap.GiveRange((uint)mfn.Value, pages);
    }

    /// <summary>Gives frames another owner.</summary>
    public void SetOwner(Pfn mfn, ulong pages, FrameOwner owner) => _owners.AsSpan((int)mfn.Value, (int)pages).Fill(owner);

    /// <summary>Takes a reference on each of some frames.</summary>
    public void Refer(Pfn mfn, ulong pages)
    {
        if (!IsRam(mfn)) return;
        foreach (ref var references in _references.AsSpan((int)mfn.Value, (int)pages)) references++;
        References += pages;
    }

    /// <summary>Drops a reference on each of some frames.</summary>
    /// <exception cref="InvalidOperationException">One has none.</exception>
    public void Drop(Pfn mfn, ulong pages)
    {
        if (!IsRam(mfn)) return;
        foreach (ref var references in _references.AsSpan((int)mfn.Value, (int)pages))
        {
            if (references == 0) throw new InvalidOperationException($"a frame among {pages} from {mfn} on has no reference to drop");
            references--;
        }

        References -= pages;
    }
}
