using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>
/// Where runs break in a pass over one table, one bit per item. A vector scanner only fills in the masks; they become runs afterwards, so that its loop
/// holds no call and spills no vector, and each run is written once, whole, from registers.
/// </summary>
internal static class BreakMasks
{
    /// <summary>Most masks of one pass.</summary>
    public const int Count = 8;

    /// <summary>Most items of one pass: a table may have 131072.</summary>
    public const int Items = Count * 64;

    /// <summary>
    /// Whether one of the 64 items from <paramref name="index"/> on is part of a leaf of several items. Such items do not count on, and the words of two
    /// leaves beside each other may look as if they did: all 64 then break, and are looked at one by one.
    /// </summary>
    public static bool HasReplicated<TLevel>(ref ulong table, nuint index)
        where TLevel : struct, ILastLevel
    {
        var any = Vector256<ulong>.Zero;
        for (nuint i = 0; i < 64; i += 4) any |= Vector256.LoadUnsafe(ref table, index + i);
        return (any & Vector256.Create(TLevel.ReplicatedMask)) != Vector256<ulong>.Zero;
    }

    /// <summary>Items [index, end) continue the run that is open, all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Extend<TLevel>(nuint index, nuint end, ref RunWriter writer)
        where TLevel : struct, ILastLevel
    {
        ulong items = end - index;
        writer.Extend(items << (TLevel.Shift - Pfn.Shift));
        writer.Took(0, open: true, items);
    }

    /// <summary>Turns items [index, end) into runs; at least one of them breaks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<TLevel>(ref ulong masks, ref ulong table, nuint index, nuint end, in ScanContext context, ref RunWriter writer)
        where TLevel : struct, ILastLevel
    {
        // Locals, because the JIT must assume that a store into a run may change what a reference reads.
        var (input, allowAbove, denyAbove) = context;
        var (known, packed) = (ulong.MaxValue, 0UL);
        ulong leaves = 0;
        var breaks = masks;
        var at = index;
        while (breaks == 0)
        {
            masks = ref Unsafe.Add(ref masks, 1);
            breaks = masks;
            at += 64;
        }

        // What stands before the first break continues the open run; the stretch from each break to the next is a run or a hole.
        var from = at + (nuint)BitOperations.TrailingZeroCount(breaks);
        var open = writer.IsOpen;
        if (open)
        {
            leaves = from - index;
            writer.Extend(leaves << (TLevel.Shift - Pfn.Shift));
        }

        ref var run = ref writer.Unused;
        nuint runs = 0;
        breaks &= breaks - 1;
        var item = TableItems.Read(ref table, from);
        while (true)
        {
            while (breaks == 0)
            {
                at += 64;
                // Behind the last item stands a break that ends the last stretch.
                if (at >= end)
                {
                    at = end;
                    breaks = 1;
                    break;
                }

                masks = ref Unsafe.Add(ref masks, 1);
                breaks = masks;
            }

            var to = at + (nuint)BitOperations.TrailingZeroCount(breaks);
            breaks &= breaks - 1;
            // Read before the run is written: a load behind stores may be made to wait for them.
            var following = TableItems.Read(ref table, nuint.Min(to, end - 1));
            var continues = open;
            open = TLevel.IsPresent(item);
            if (open)
            {
                ulong items = to - from;
                leaves += items;
                // Neighbours mostly allow the same: their permissions are worked out once.
                if ((item & TLevel.PermissionMask) != known)
                {
                    known = item & TLevel.PermissionMask;
                    packed = Run.Pack(TLevel.PermissionsOf(item, allowAbove, denyAbove));
                }

                var pages = items << (TLevel.Shift - Pfn.Shift);
                var start = input + ((ulong)from << TLevel.Shift);
                var next = Run.Of(start, TLevel.PfnOf(item, start), pages, packed);
                if (TLevel.BreaksMayContinue && continues && Unsafe.Add(ref run, (nint)runs - 1).IsContinuedBy(next))
                {
                    ref var previous = ref Unsafe.Add(ref run, (nint)runs - 1);
                    previous = previous.Extended(pages);
                }
                else
                {
                    Unsafe.Add(ref run, runs++) = next;
                }
            }

            if (to == end) break;
            (from, item) = (to, following);
        }

        writer.Took((int)runs, open, leaves);
    }
}

/// <summary>What the items of one table have in common.</summary>
/// <param name="Input">Input address of item 0.</param>
/// <param name="AllowAbove">AND of the entries above.</param>
/// <param name="DenyAbove">OR of the entries above.</param>
internal readonly record struct ScanContext(ulong Input, ulong AllowAbove, ulong DenyAbove);
