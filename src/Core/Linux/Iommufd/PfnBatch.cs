using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// Frames as runs on their way to a domain (<c>pfn_batch</c>): a contiguous stretch takes one place however long it is, up to what 32 bits count.
/// </summary>
internal sealed class PfnBatch
{
    /// <summary>Runs that fit into the 64 KiB that iommufd allows itself, 12 bytes each.</summary>
    public const int Capacity = 64 * 1024 / 12;

    private readonly RamStretch[] _runs = new RamStretch[Capacity];

    /// <summary>Runs that are used.</summary>
    public int Count { get; private set; }

    /// <summary>Pages of all runs.</summary>
    public ulong Pages { get; private set; }

    /// <summary>A run.</summary>
    public RamStretch this[int index] => _runs[index];

    /// <summary>Empties it.</summary>
    public void Clear() => (Count, Pages) = (0, 0);

    /// <summary>Adds frames; whether there was room (<c>batch_add_pfn_num</c>).</summary>
    public bool TryAdd(Pfn first, ulong pages)
    {
        if (Count > 0)
        {
            ref var last = ref _runs[Count - 1];
            if (last.First + last.Pages == first && last.Pages + pages <= uint.MaxValue)
            {
                last = last with { Pages = last.Pages + pages };
                Pages += pages;
                return true;
            }
        }

        if (Count == Capacity) return false;
        _runs[Count++] = new RamStretch(first, pages);
        Pages += pages;
        return true;
    }
}
