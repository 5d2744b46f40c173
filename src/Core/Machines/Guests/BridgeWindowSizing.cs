using System.Numerics;

namespace Fast.Machines;

/// <summary>How large Linux makes a bridge's window for what shall lie in it, and how it aligns it (<c>pbus_size_mem</c>).</summary>
internal static class BridgeWindowSizing
{
    private const int GranuleShift = 20;

    /// <summary>Since 7.0: one behind the other, the most aligned first, the window aligned as the first.</summary>
    public static (ulong Bytes, ulong Alignment) Tight(IEnumerable<(ulong Bytes, ulong Alignment)> byAlignment, ulong granule)
    {
        var (bytes, alignment) = (0UL, granule);
        foreach (var (wanted, aligned) in byAlignment)
        {
            bytes = RoundUp(bytes, aligned) + wanted;
            alignment = Math.Max(alignment, aligned);
        }

        return (RoundUp(bytes, granule), alignment);
    }

    /// <summary>
    /// Before 7.0 (<c>calculate_mem_align</c>): the sum, rounded up to an alignment that is at least half of the largest one; a window aligned so has a place for the largest wherever it starts.
    /// 32G and 32M together take 48G: seen on the bridges of six RTX 4090 with Resizable BAR (NVIDIA open-gpu-kernel-modules, issue 510).
    /// </summary>
    public static (ulong Bytes, ulong Alignment) Halved(IEnumerable<(ulong Bytes, ulong Alignment)> resources, ulong granule)
    {
        var aligned = new ulong[64];
        var (sum, most) = (0UL, -1);
        foreach (var (bytes, alignment) in resources)
        {
            sum += bytes;
            var order = Math.Max(0, BitOperations.Log2(alignment) - GranuleShift);
            // What is larger than its alignment (a window) takes care of itself.
            if (bytes <= alignment) aligned[order] += alignment;
            most = Math.Max(most, order);
        }

        var (below, least) = (0UL, granule);
        for (var order = 0; order <= most; order++)
        {
            var alignment = 1UL << (order + GranuleShift);
            if (below == 0) least = alignment;
            else if (RoundUp(below + least, least) < alignment) least = alignment >> 1;
            below += aligned[order];
        }

        least = Math.Max(least, granule);
        return (RoundUp(sum, least), least);
    }

    private static ulong RoundUp(ulong value, ulong alignment) => (value + (alignment - 1)) & ~(alignment - 1);
}
