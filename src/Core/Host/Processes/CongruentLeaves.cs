using Fast.PageTables;

namespace Fast.Host;

/// <summary>
/// Which leaves an area gets from <c>huge_fault</c>: at each address the largest of 1 GiB, 2 MiB and 4 KiB that lies inside the area and whose virtual and physical addresses are both
/// multiples of its size.
/// </summary>
public static class CongruentLeaves
{
    /// <summary>Counts them.</summary>
    /// <param name="start">First virtual address, a multiple of 4 KiB.</param>
    /// <param name="bytes">Length, a multiple of 4 KiB.</param>
    /// <param name="skew">(physical − virtual) modulo 1 GiB.</param>
    public static LeafSizeCounts Count(ulong start, ulong bytes, ulong skew)
    {
        var counts = default(LeafSizeCounts);
        var size = (skew & PageSize.Size1G.OffsetMask) == 0 ? PageSize.Size1G : (skew & PageSize.Size2M.OffsetMask) == 0 ? PageSize.Size2M : PageSize.Size4K;
        Add(ref counts, start, start + bytes, size);
        return counts;
    }

    /// <summary>The middle by the largest leaves that fit, the two ends by smaller ones.</summary>
    private static void Add(ref LeafSizeCounts counts, ulong start, ulong end, PageSize size)
    {
        if (start >= end) return;
        if (size == PageSize.Size4K)
        {
            counts.Add(size, (end - start) >> size.Shift);
            return;
        }

        var smaller = size == PageSize.Size1G ? PageSize.Size2M : PageSize.Size4K;
        var (first, last) = ((start + size.OffsetMask) & size.PageMask, end & size.PageMask);
        if (first >= last)
        {
            Add(ref counts, start, end, smaller);
            return;
        }

        Add(ref counts, start, first, smaller);
        counts.Add(size, (last - first) >> size.Shift);
        Add(ref counts, last, end, smaller);
    }
}
