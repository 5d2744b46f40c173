using Fast.PageTables;

namespace Fast.Linux;

/// <summary>Pages of one call of <c>pin_user_pages_remote</c> that nobody used yet (<c>struct vfio_batch</c>). What is left over starts the next chunk.</summary>
internal sealed class VfioBatch
{
    /// <summary>One page of pointers.</summary>
    public const int FullCapacity = 512;

    private readonly Pfn[] _pages = new Pfn[FullCapacity];

    /// <summary>How many pages a call may yield: 512, or 1 without a page for the pointers.</summary>
    public int Capacity { get; private set; } = FullCapacity;

    /// <summary>Entries left.</summary>
    public int Size { get; private set; }

    /// <summary>Index of the next entry.</summary>
    public int Offset { get; private set; }

    /// <summary>Where a call puts its pages.</summary>
    public Span<Pfn> Room => _pages.AsSpan(0, Capacity);

    /// <summary>The next entry.</summary>
    public Pfn Next => _pages[Offset];

    /// <summary>Empty, for one page at a time or many (<c>vfio_batch_init</c>).</summary>
    public void Init(bool single) => (Size, Offset, Capacity) = (0, 0, single ? 1 : FullCapacity);

    /// <summary>Says that <paramref name="count"/> entries are new. Before patch 3 this is also said for a frame of a pfnmap.</summary>
    public void Refill(int count)
    {
        if (count < 0 || count > Capacity) throw new InvalidOperationException($"a batch of {Capacity} was filled with {count}");
        (Size, Offset) = (count, 0);
    }

    /// <summary>Takes entries out.</summary>
    public void Consume(int count)
    {
        if (count > Size) throw new InvalidOperationException($"{count} entries were used of a batch of {Size}");
        Offset += count;
        Size -= count;
    }

    /// <summary>How many entries from the next one on are consecutive frames (<c>num_pages_contiguous</c>).</summary>
    public int CountContiguous(StructPages structPages)
    {
        var first = Next;
        var most = (int)structPages.SameKind(first, (ulong)Size);
        var count = 1;
        while (count < most && _pages[Offset + count] == first + (ulong)count) count++;
        return count;
    }
}
