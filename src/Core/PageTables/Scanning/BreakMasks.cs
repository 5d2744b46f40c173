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

    /// <summary>Places for masks: one more for the end.</summary>
    public const int Places = Count + 1;

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

    /// <summary>Whether the runs of a pass over <paramref name="items"/> items fit, should each break begin one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Fit(ref ulong masks, nuint items, in RunWriter writer)
    {
        var room = writer.Room;
        if ((nuint)room >= items) return true;
        for (nuint i = 0; i < items / 64; i++) room -= BitOperations.PopCount(Unsafe.Add(ref masks, i));
        return room >= 0;
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

    /// <summary>Turns items [index, end) into runs; at least one of them breaks. Behind the masks there is a place for one more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<TLevel>(ref ulong masks, ref ulong table, nuint index, nuint end, in ScanContext context, ref RunWriter writer)
        where TLevel : struct, ILastLevel
    {
        // Behind the last item stands a break that ends the last stretch.
        Unsafe.Add(ref masks, (end - index) / 64) = 1;
        var (at, breaks) = (index, masks);
        while (breaks == 0)
        {
            masks = ref Unsafe.Add(ref masks, 1);
            breaks = masks;
            at += 64;
        }

        // What stands before the first break continues the open run; the stretch from each break to the next is a run or a hole.
        var from = at + (nuint)BitOperations.TrailingZeroCount(breaks);
        breaks &= breaks - 1;
        var open = writer.IsOpen;
        if (open) writer.Extend((ulong)(from - index) << (TLevel.Shift - Pfn.Shift));
        var leaves = (ulong)(end - (open ? index : from));

        int runs;
        var item = TableItems.Read(ref table, from);
        if (!TLevel.BreaksMayContinue && TLevel.IsPresent(item) && IsUniform<TLevel>(ref table, from, end, item))
        {
            var packed = Run.Pack(TLevel.PermissionsOf(item, context.AllowAbove, context.DenyAbove));
            runs = WriteUniform<TLevel>(ref masks, breaks, ref table, at, from, end, context.Input, packed, ref writer.Unused, writer.Ahead);
            open = true;
        }
        else
        {
            runs = WriteMixed<TLevel>(ref masks, breaks, ref table, at, from, end, context, ref writer.Unused, ref open, ref leaves, writer.Ahead);
        }

        writer.Took(runs, open, leaves);
    }

    /// <summary>Whether all items are present and allow the same: then nothing need be looked at per run but the address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUniform<TLevel>(ref ulong table, nuint from, nuint end, ulong item)
        where TLevel : struct, ILastLevel
    {
        var mask = Vector256.Create(TLevel.PermissionMask | TLevel.PresentMask);
        var expected = Vector256.Create(item);
        var differs = Vector256<ulong>.Zero;
        // The pass ends at a multiple of 64 items from its beginning, so what remains before a multiple of 4 is few.
        for (; (end - from) % 4 != 0; from++) differs |= Vector256.Create(TableItems.Read(ref table, from)) ^ expected;
        for (; from < end; from += 4) differs |= Vector256.LoadUnsafe(ref table, from) ^ expected;
        return (differs & mask) == Vector256<ulong>.Zero;
    }

    /// <summary>
    /// Asks for the lines of the next table that correspond to 64 items of this one. While runs are written nothing reads ahead: how far the hardware had come by
    /// itself decided between one and three times the read pass.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AskFor(ref ulong table, nint ahead, nuint at)
    {
        ref var lines = ref Unsafe.Add(ref Unsafe.AddByteOffset(ref table, ahead), at);
        TableArena.Prefetch(ref lines);
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 8));
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 16));
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 24));
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 32));
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 40));
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 48));
        TableArena.Prefetch(ref Unsafe.Add(ref lines, 56));
    }

    // Few locals, and no path that is not taken for each run: the loop must fit into the registers. A local that is stored and loaded again in each turn costs
    // more than all else in it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WriteUniform<TLevel>(
        ref ulong masks, ulong breaks, ref ulong table, nuint at, nuint from, nuint end, ulong input, ulong packed, ref Run run, nint ahead)
        where TLevel : struct, ILastLevel
    {
        ref var first = ref run;
        while (true)
        {
            AskFor(ref table, ahead, at);
            while (breaks != 0)
            {
                var to = at + (nuint)BitOperations.TrailingZeroCount(breaks);
                breaks &= breaks - 1;
                var start = input + ((ulong)from << TLevel.Shift);
                run = Run.Of(start, TLevel.PfnOf(TableItems.Read(ref table, from), start), (ulong)(to - from) << (TLevel.Shift - Pfn.Shift), packed);
                run = ref Unsafe.Add(ref run, 1);
                from = to;
            }

            if (at >= end) return (int)(Unsafe.ByteOffset(ref first, ref run) / Unsafe.SizeOf<Run>());
            at += 64;
            masks = ref Unsafe.Add(ref masks, 1);
            breaks = masks;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WriteMixed<TLevel>(
        ref ulong masks, ulong breaks, ref ulong table, nuint at, nuint from, nuint end, in ScanContext context, ref Run run, ref bool open, ref ulong leaves, nint ahead)
        where TLevel : struct, ILastLevel
    {
        var (input, allowAbove, denyAbove) = context;
        var (known, packed) = (ulong.MaxValue, 0UL);
        ref var first = ref run;
        while (true)
        {
            AskFor(ref table, ahead, at);
            while (breaks != 0)
            {
                var to = at + (nuint)BitOperations.TrailingZeroCount(breaks);
                breaks &= breaks - 1;
                var item = TableItems.Read(ref table, from);
                var continues = open;
                open = TLevel.IsPresent(item);
                if (open)
                {
                    // Neighbours mostly allow the same: their permissions are worked out once.
                    if ((item & TLevel.PermissionMask) != known)
                    {
                        known = item & TLevel.PermissionMask;
                        packed = Run.Pack(TLevel.PermissionsOf(item, allowAbove, denyAbove));
                    }

                    var pages = (ulong)(to - from) << (TLevel.Shift - Pfn.Shift);
                    var start = input + ((ulong)from << TLevel.Shift);
                    var next = Run.Of(start, TLevel.PfnOf(item, start), pages, packed);
                    if (TLevel.BreaksMayContinue && continues && Unsafe.Subtract(ref run, 1).IsContinuedBy(next))
                    {
                        ref var previous = ref Unsafe.Subtract(ref run, 1);
                        previous = previous.Extended(pages);
                    }
                    else
                    {
                        run = next;
                        run = ref Unsafe.Add(ref run, 1);
                    }
                }
                else
                {
                    leaves -= to - from;
                }

                from = to;
            }

            if (at >= end) return (int)(Unsafe.ByteOffset(ref first, ref run) / Unsafe.SizeOf<Run>());
            at += 64;
            masks = ref Unsafe.Add(ref masks, 1);
            breaks = masks;
        }
    }
}

/// <summary>What the items of one table have in common.</summary>
/// <param name="Input">Input address of item 0.</param>
/// <param name="AllowAbove">AND of the entries above.</param>
/// <param name="DenyAbove">OR of the entries above.</param>
internal readonly record struct ScanContext(ulong Input, ulong AllowAbove, ulong DenyAbove);
