using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>Writes, clears and counts stretches of items of one table, as wide as the machine allows. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LeafFill
{
    /// <summary><see cref="Fill(ref ulong, nuint, ulong, ulong)"/> for items as wide as the level's; one by one where each access calls a hook.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill<TLevel>(ref ulong items, nuint count, ulong value, ulong step)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks) LevelItems.PublishEach<TLevel>(ref items, count, value, step);
        else if (TLevel.EntryBytes == 4) NarrowItems.Fill(ref items, count, value, step);
        else Fill(ref items, count, value, step);
    }

    /// <summary><see cref="FindOccupied(ref ulong, nuint)"/> for items as wide as the level's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint FindOccupied<TLevel>(ref ulong items, nuint count)
        where TLevel : struct, ITableLevel => TLevel.EntryBytes == 4 ? NarrowItems.FindOccupied(ref items, count) : FindOccupied(ref items, count);

    /// <summary><see cref="Count(ref ulong, nuint)"/> for items as wide as the level's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Count<TLevel>(ref ulong items, nuint count)
        where TLevel : struct, ITableLevel => TLevel.EntryBytes == 4 ? NarrowItems.Count(ref items, count) : Count(ref items, count);

    /// <summary><see cref="Clear(ref ulong, nuint)"/> for items as wide as the level's; one by one where each access calls a hook.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Clear<TLevel>(ref ulong items, nuint count)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.Hooks) return LevelItems.ClearEach<TLevel>(ref items, count);
        if (TLevel.EntryBytes != 4) return Clear(ref items, count);
        var occupied = NarrowItems.Count(ref items, count);
        NarrowItems.Fill(ref items, count, 0, 0);
        return occupied;
    }

    /// <summary>Writes <paramref name="value"/>, <paramref name="value"/> + <paramref name="step"/>, … over whatever stands there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(ref ulong items, nuint count, ulong value, ulong step)
    {
        nuint i = 0;
        if (Vector512.IsHardwareAccelerated && count >= 32)
        {
            var a = Vector512.Create(value) + (Vector512<ulong>.Indices * step);
            var eight = Vector512.Create(step * 8);
            var (b, c, d) = (a + eight, a + eight + eight, a + eight + eight + eight);
            var stride = Vector512.Create(step * 32);
            for (; count - i >= 32; i += 32)
            {
                a.StoreUnsafe(ref items, i);
                b.StoreUnsafe(ref items, i + 8);
                c.StoreUnsafe(ref items, i + 16);
                d.StoreUnsafe(ref items, i + 24);
                a += stride;
                b += stride;
                c += stride;
                d += stride;
            }
        }
        else if (Vector128.IsHardwareAccelerated && count >= 8)
        {
            var a = Vector256.Create(value) + (Vector256<ulong>.Indices * step);
            var b = a + Vector256.Create(step * 4);
            var stride = Vector256.Create(step * 8);
            for (; count - i >= 8; i += 8)
            {
                a.StoreUnsafe(ref items, i);
                b.StoreUnsafe(ref items, i + 4);
                a += stride;
                b += stride;
            }
        }

        for (value += step * i; i < count; i++, value += step) TableItems.Publish(ref items, i, value);
    }

    /// <summary>Index of the first item that is not empty, or <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nuint FindOccupied(ref ulong items, nuint count)
    {
        nuint i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; count - i >= 16; i += 16)
            {
                var any = Vector256.LoadUnsafe(ref items, i)
                    | Vector256.LoadUnsafe(ref items, i + 4)
                    | Vector256.LoadUnsafe(ref items, i + 8)
                    | Vector256.LoadUnsafe(ref items, i + 12);
                if (any != Vector256<ulong>.Zero) break;
            }
        }

        while (i < count && TableItems.Read(ref items, i) == 0) i++;
        return i;
    }

    /// <summary>Number of items that are not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Count(ref ulong items, nuint count)
    {
        nuint i = 0;
        ulong empty = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var (a, b) = (Vector512<ulong>.Zero, Vector512<ulong>.Zero);
            for (; count - i >= 32; i += 32)
            {
                // Equal lanes are all ones, which is -1.
                a -= Vector512.Equals(Vector512.LoadUnsafe(ref items, i), Vector512<ulong>.Zero);
                b -= Vector512.Equals(Vector512.LoadUnsafe(ref items, i + 8), Vector512<ulong>.Zero);
                a -= Vector512.Equals(Vector512.LoadUnsafe(ref items, i + 16), Vector512<ulong>.Zero);
                b -= Vector512.Equals(Vector512.LoadUnsafe(ref items, i + 24), Vector512<ulong>.Zero);
            }

            empty = Vector512.Sum(a + b);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var sum = Vector256<ulong>.Zero;
            for (; count - i >= 8; i += 8)
            {
                sum -= Vector256.Equals(Vector256.LoadUnsafe(ref items, i), Vector256<ulong>.Zero);
                sum -= Vector256.Equals(Vector256.LoadUnsafe(ref items, i + 4), Vector256<ulong>.Zero);
            }

            empty = Vector256.Sum(sum);
        }

        for (; i < count; i++) empty += TableItems.Read(ref items, i) == 0 ? 1UL : 0;
        return count - empty;
    }

    /// <summary>Empties the items; returns how many were not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Clear(ref ulong items, nuint count)
    {
        var occupied = Count(ref items, count);
        Fill(ref items, count, 0, 0);
        return occupied;
    }
}
