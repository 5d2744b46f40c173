using System.Numerics;

namespace Fast.Linux;

/// <summary>How <c>iommu_map</c> cuts a range into groups of equal leaves (<c>iommu_pgsize</c>).</summary>
public static class IommuPageSizes
{
    /// <summary>The largest leaf for the start of a range, and how many of it to use before looking again.</summary>
    /// <param name="bitmap">Sizes that the IOMMU has: bit n stands for 2^n bytes.</param>
    /// <param name="iova">Input address.</param>
    /// <param name="physical">Output address.</param>
    /// <param name="bytes">Length; a multiple of the smallest size, as both addresses are.</param>
    /// <param name="count">Number of leaves.</param>
    /// <returns>Size of each in bytes.</returns>
    public static ulong Choose(ulong bitmap, ulong iova, ulong physical, ulong bytes, out ulong count)
    {
        var both = iova | physical;
        var candidates = bitmap & UpTo(BitOperations.Log2(bytes));
        if (both != 0) candidates &= UpTo(BitOperations.TrailingZeroCount(both));
        if (candidates == 0) throw new ArgumentException($"no page size for 0x{bytes:x} bytes at 0x{iova:x} to 0x{physical:x}", nameof(bitmap));
        var shift = BitOperations.Log2(candidates);

        var larger = bitmap & ~UpTo(shift);
        if (larger != 0)
        {
            // Stop at the bound of the next size, but only if the addresses agree there and a whole leaf of it follows.
            var next = 1UL << BitOperations.TrailingZeroCount(larger);
            if (((iova ^ physical) & (next - 1)) == 0)
            {
                var offset = next - (both & (next - 1));
                var needed = unchecked(offset + next);
                if (needed >= offset && needed <= bytes) bytes = offset;
            }
        }

        count = bytes >> shift;
        return 1UL << shift;
    }

    private static ulong UpTo(int shift) => shift == 63 ? ulong.MaxValue : (2UL << shift) - 1;
}
