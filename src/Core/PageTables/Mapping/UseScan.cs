using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>Finds items with given bits, as many at a time as the machine compares at once.</summary>
internal static class UseScan
{
    /// <summary><see cref="Find(ref ulong, nuint, ulong, ulong, ulong)"/> for items as wide as the level's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Find<TLevel>(ref ulong items, nuint count, ulong mask, ulong value, ulong anyOf)
        where TLevel : struct, ITableLevel =>
        TLevel.EntryBytes == 4 ? NarrowItems.FindUse(ref items, count, mask, value, anyOf) : Find(ref items, count, mask, value, anyOf);

    /// <summary>Bit i is set when item i has <paramref name="value"/> in <paramref name="mask"/>, or any bit of <paramref name="anyOf"/>.</summary>
    /// <param name="items">First item.</param>
    /// <param name="count">Number of items, at most 64.</param>
    /// <param name="mask">Bits that are compared.</param>
    /// <param name="value">What they must be.</param>
    /// <param name="anyOf">Bits of which one suffices; 0 when there are none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Find(ref ulong items, nuint count, ulong mask, ulong value, ulong anyOf)
    {
        ulong found = 0;
        nuint i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var (masks, values, any) = (Vector512.Create(mask), Vector512.Create(value), Vector512.Create(anyOf));
            for (; count - i >= 8; i += 8)
            {
                var x = Vector512.LoadUnsafe(ref items, i);
                var hit = Vector512.Equals(x & masks, values);
                if (anyOf != 0) hit |= ~Vector512.Equals(x & any, Vector512<ulong>.Zero);
                found |= hit.ExtractMostSignificantBits() << (int)i;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var (masks, values, any) = (Vector256.Create(mask), Vector256.Create(value), Vector256.Create(anyOf));
            for (; count - i >= 4; i += 4)
            {
                var x = Vector256.LoadUnsafe(ref items, i);
                var hit = Vector256.Equals(x & masks, values);
                if (anyOf != 0) hit |= ~Vector256.Equals(x & any, Vector256<ulong>.Zero);
                found |= (ulong)hit.ExtractMostSignificantBits() << (int)i;
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            var (masks, values, any) = (Vector128.Create(mask), Vector128.Create(value), Vector128.Create(anyOf));
            for (; count - i >= 2; i += 2)
            {
                var x = Vector128.LoadUnsafe(ref items, i);
                var hit = Vector128.Equals(x & masks, values);
                if (anyOf != 0) hit |= ~Vector128.Equals(x & any, Vector128<ulong>.Zero);
                found |= (ulong)hit.ExtractMostSignificantBits() << (int)i;
            }
        }

        return i == count ? found : found | ReferenceUseScan.Find(ref Unsafe.Add(ref items, i), count - i, mask, value, anyOf) << (int)i;
    }
}

/// <summary>One item at a time: the plain search, oracle of the wide one.</summary>
internal static class ReferenceUseScan
{
    /// <inheritdoc cref="UseScan.Find(ref ulong, nuint, ulong, ulong, ulong)"/>
    public static ulong Find(ref ulong items, nuint count, ulong mask, ulong value, ulong anyOf)
    {
        ulong found = 0;
        for (nuint i = 0; i < count; i++)
        {
            var item = TableItems.Read(ref items, i);
            if ((item & mask) == value || (item & anyOf) != 0) found |= 1UL << (int)i;
        }

        return found;
    }
}
