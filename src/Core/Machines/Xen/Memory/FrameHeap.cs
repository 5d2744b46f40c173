namespace Fast.Machines.Xen;

/// <summary>
/// Xen's heap: free machine frames in blocks of powers of two, split when a smaller one is asked for and merged with their buddies when they come back, as
/// <c>alloc_heap_pages</c> and <c>free_heap_pages</c> do.
/// </summary>
public sealed class FrameHeap
{
    /// <summary>Largest block, as log2 of frames: 1 GiB.</summary>
    public const int MaxOrder = 18;

    private readonly HashSet<uint>[] _free = [.. Enumerable.Range(0, MaxOrder + 1).Select(_ => new HashSet<uint>())];

    // What was freed last is taken first; entries that were merged away meanwhile are passed over.
    private readonly Stack<uint>[] _order = [.. Enumerable.Range(0, MaxOrder + 1).Select(_ => new Stack<uint>())];

    /// <summary>Free frames.</summary>
    public ulong FreePages { get; private set; }

    /// <summary>The largest block that could be had, as log2 of frames, or -1 when nothing is free.</summary>
    public int LargestOrder => Array.FindLastIndex(_free, blocks => blocks.Count > 0);

    /// <summary>Takes a block.</summary>
    /// <returns><see langword="false"/> when there is none of that order; nothing has changed then.</returns>
    public bool TryTake(int order, out uint mfn)
    {
        for (var from = order; from <= MaxOrder; from++)
        {
            if (!TryPop(from, out mfn)) continue;
            while (from > order) Push(mfn + (1u << --from), from);
            FreePages -= 1UL << order;
            return true;
        }

        mfn = 0;
        return false;
    }

    /// <summary>Takes one frame that is free.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public void TakeFrame(uint mfn)
    {
        var order = Enumerable.Range(0, MaxOrder + 1).FirstOrDefault(order => _free[order].Contains(mfn & ~((1u << order) - 1)), -1);
        if (order < 0) throw new ArgumentException($"frame 0x{mfn:x} is not free", nameof(mfn));
        _free[order].Remove(mfn & ~((1u << order) - 1));
        while (order > 0)
        {
            // The half that does not hold the frame stays free.
            order--;
            Push((mfn & ~((1u << order) - 1)) ^ (1u << order), order);
        }

        FreePages--;
    }

    /// <summary>Gives a block back, which need not be one that was taken as such.</summary>
    public void Give(uint mfn, int order)
    {
        FreePages += 1UL << order;
        while (order < MaxOrder && _free[order].Remove(mfn ^ (1u << order)))
        {
            mfn &= ~(1u << order);
            order++;
        }

        Push(mfn, order);
    }

    /// <summary>Gives frames back in the largest aligned blocks.</summary>
    public void GiveRange(uint mfn, ulong pages)
    {
        while (pages > 0)
        {
            var order = Math.Min(MaxOrder, Math.Min(mfn == 0 ? MaxOrder : System.Numerics.BitOperations.TrailingZeroCount(mfn), System.Numerics.BitOperations.Log2(pages)));
            Give(mfn, order);
            mfn += 1u << order;
            pages -= 1UL << order;
        }
    }

    /// <summary>All free blocks: first frame and order.</summary>
    public IEnumerable<(uint Mfn, int Order)> Blocks => _free.SelectMany((blocks, order) => blocks.Select(mfn => (mfn, order)));

    private void Push(uint mfn, int order)
    {
        _free[order].Add(mfn);
        _order[order].Push(mfn);
    }

    private bool TryPop(int order, out uint mfn)
    {
        while (_order[order].TryPop(out mfn))
        {
            if (_free[order].Remove(mfn)) return true;
        }

        return false;
    }
}
