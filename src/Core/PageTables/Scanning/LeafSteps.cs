using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>
/// Counts items that grow by a constant under a mask. The vector forms compare whole vectors while those may be read, also past what matters, and leave
/// the rest of a table to the plain form, which is their oracle.
/// </summary>
internal static class LeafSteps
{
    /// <summary>One at a time.</summary>
    public static nuint Count(ref ulong items, nuint count, ulong mask, ulong expected, ulong step)
    {
        nuint same = 0;
        for (; same < count && (TableItems.Read(ref items, same) & mask) == expected; same++) expected += step;
        return same;
    }

    /// <summary>Two at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nuint CountBy2(ref ulong items, nuint count, nuint readable, ulong mask, ulong first, ulong step)
    {
        nuint at = 0;
        var (masks, expected, stride) = (Vector128.Create(mask), Vector128.Create(first) + (Vector128<ulong>.Indices * step), Vector128.Create(step * 2));
        for (; at < count && readable - at >= 2; at += 2, expected += stride)
        {
            var same = Vector128.Equals(Vector128.LoadUnsafe(ref items, at) & masks, expected).ExtractMostSignificantBits();
            if (same != 0x3) return nuint.Min(count, at + (nuint)BitOperations.TrailingZeroCount(~same));
        }

        return Rest(ref items, at, count, mask, first, step);
    }

    /// <summary>Four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nuint CountBy4(ref ulong items, nuint count, nuint readable, ulong mask, ulong first, ulong step)
    {
        nuint at = 0;
        var (masks, expected, stride) = (Vector256.Create(mask), Vector256.Create(first) + (Vector256<ulong>.Indices * step), Vector256.Create(step * 4));
        for (; at < count && readable - at >= 4; at += 4, expected += stride)
        {
            var same = Vector256.Equals(Vector256.LoadUnsafe(ref items, at) & masks, expected).ExtractMostSignificantBits();
            if (same != 0xF) return nuint.Min(count, at + (nuint)BitOperations.TrailingZeroCount(~same));
        }

        return Rest(ref items, at, count, mask, first, step);
    }

    /// <summary>Eight at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nuint CountBy8(ref ulong items, nuint count, nuint readable, ulong mask, ulong first, ulong step)
    {
        nuint at = 0;
        var (masks, expected, stride) = (Vector512.Create(mask), Vector512.Create(first) + (Vector512<ulong>.Indices * step), Vector512.Create(step * 8));
        for (; at < count && readable - at >= 8; at += 8, expected += stride)
        {
            var same = Vector512.Equals(Vector512.LoadUnsafe(ref items, at) & masks, expected).ExtractMostSignificantBits();
            if (same != 0xFF) return nuint.Min(count, at + (nuint)BitOperations.TrailingZeroCount(~same));
        }

        return Rest(ref items, at, count, mask, first, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Rest(ref ulong items, nuint at, nuint count, ulong mask, ulong first, ulong step) =>
        at >= count ? count : at + Count(ref Unsafe.Add(ref items, at), count - at, mask, first + (step * at), step);
}
