using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>
/// Counts leaves above the last level that count on. The vector forms compare whole vectors while those may be read, also past what matters, and leave
/// the rest of a table to the plain form, which is their oracle.
/// </summary>
internal static class LeafSteps
{
    /// <summary>One at a time.</summary>
    public static nuint Count<TLevel>(ref ulong items, nuint count, ulong leaf)
        where TLevel : struct, ITableLevel
    {
        nuint same = 0;
        var expected = (leaf & TLevel.CompareMask) + TLevel.Step;
        for (; same < count && (LevelItems.Peek<TLevel>(ref items, same) & TLevel.CompareMask) == expected; same++) expected += TLevel.Step;
        return same;
    }

    /// <summary>Two at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountBy2<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel
    {
        nuint at = 0;
        var (masks, stride) = (Vector128.Create(TLevel.CompareMask), Vector128.Create(TLevel.Step * 2));
        var expected = Vector128.Create((leaf & TLevel.CompareMask) + TLevel.Step) + (Vector128<ulong>.Indices * TLevel.Step);
        for (; at < count && readable - at >= 2; at += 2, expected += stride)
        {
            var same = Vector128.Equals(Vector128.LoadUnsafe(ref items, at) & masks, expected).ExtractMostSignificantBits();
            if (same != 0x3) return nuint.Min(count, at + (nuint)BitOperations.TrailingZeroCount(~same));
        }

        return Rest<TLevel>(ref items, at, count, leaf);
    }

    /// <summary>Four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountBy4<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel
    {
        nuint at = 0;
        var (masks, stride) = (Vector256.Create(TLevel.CompareMask), Vector256.Create(TLevel.Step * 4));
        var expected = Vector256.Create((leaf & TLevel.CompareMask) + TLevel.Step) + (Vector256<ulong>.Indices * TLevel.Step);
        for (; at < count && readable - at >= 4; at += 4, expected += stride)
        {
            var same = Vector256.Equals(Vector256.LoadUnsafe(ref items, at) & masks, expected).ExtractMostSignificantBits();
            if (same != 0xF) return nuint.Min(count, at + (nuint)BitOperations.TrailingZeroCount(~same));
        }

        return Rest<TLevel>(ref items, at, count, leaf);
    }

    /// <summary>Eight at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountBy8<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel
    {
        nuint at = 0;
        var (masks, stride) = (Vector512.Create(TLevel.CompareMask), Vector512.Create(TLevel.Step * 8));
        var expected = Vector512.Create((leaf & TLevel.CompareMask) + TLevel.Step) + (Vector512<ulong>.Indices * TLevel.Step);
        for (; at < count && readable - at >= 8; at += 8, expected += stride)
        {
            var same = Vector512.Equals(Vector512.LoadUnsafe(ref items, at) & masks, expected).ExtractMostSignificantBits();
            if (same != 0xFF) return nuint.Min(count, at + (nuint)BitOperations.TrailingZeroCount(~same));
        }

        return Rest<TLevel>(ref items, at, count, leaf);
    }

    private static nuint Rest<TLevel>(ref ulong items, nuint at, nuint count, ulong leaf)
        where TLevel : struct, ITableLevel =>
        at >= count ? count : at + Count<TLevel>(ref Unsafe.Add(ref items, at), count - at, leaf + (TLevel.Step * at));
}
