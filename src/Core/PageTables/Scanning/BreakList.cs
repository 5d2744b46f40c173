using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fast.PageTables;

/// <summary>
/// The items of one table at which a run breaks. A vector scanner only notes them; they become runs afterwards, so that its loop holds no call and
/// spills no vector, and each run is written once, whole.
/// </summary>
internal static class BreakList
{
    /// <summary>Most items of one pass, and so most breaks. Notes count from the first item of the pass: a table may have 131072.</summary>
    public const int Capacity = 512;

    /// <summary>Places that a pass needs: one for each break and one for the end.</summary>
    public const int Places = Capacity + 1;

    /// <summary>Notes the items whose bit is set, behind the <paramref name="count"/> noted before; bit 0 is item <paramref name="index"/> of the pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Note(ref ushort noted, nuint count, ulong breaks, nuint index)
    {
        do
        {
            Unsafe.Add(ref noted, count++) = (ushort)(index + (nuint)BitOperations.TrailingZeroCount(breaks));
            breaks &= breaks - 1;
        }
        while (breaks != 0);
        return count;
    }

    /// <summary>
    /// Whether one of the 64 items from <paramref name="index"/> on is part of a leaf of several items. Such items do not count on, and the words of two
    /// leaves beside each other may look as if they did: all 64 are then noted, and looked at one by one.
    /// </summary>
    public static bool HasReplicated<TLevel>(ref ulong table, nuint index)
        where TLevel : struct, ILastLevel
    {
        var any = Vector256<ulong>.Zero;
        for (nuint i = 0; i < 64; i += 4) any |= Vector256.LoadUnsafe(ref table, index + i);
        return (any & Vector256.Create(TLevel.ReplicatedMask)) != Vector256<ulong>.Zero;
    }

    /// <summary>Turns items [index, end) into runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<TLevel>(
        ref ushort noted, nuint count, ref ulong table, nuint index, nuint end, in ScanContext context, ref RunWriter writer)
        where TLevel : struct, ILastLevel
    {
        // Behind the last break stands the end, so that each run reaches to the note behind its own.
        Unsafe.Add(ref noted, count) = (ushort)(end - index);
        ulong leaves = 0;
        var open = writer.IsOpen;
        if (open)
        {
            leaves = noted;
            writer.Extend(leaves << (TLevel.Shift - Pfn.Shift));
        }

        // Locals, because the JIT must assume that a store into a run may change what a reference reads.
        var (input, allowAbove, denyAbove) = context;
        var (known, packed) = (ulong.MaxValue, 0UL);
        ref var run = ref writer.Unused;
        nuint runs = 0;
        for (nuint i = 0; i < count; i++)
        {
            nuint first = Unsafe.Add(ref noted, i);
            var at = index + first;
            var item = TableItems.Read(ref table, at);
            var continues = open;
            open = TLevel.IsPresent(item);
            if (!open) continue;
            var items = (ulong)(Unsafe.Add(ref noted, i + 1) - first);
            leaves += items;
            // Neighbours mostly allow the same: their permissions are worked out once.
            if ((item & TLevel.PermissionMask) != known)
            {
                known = item & TLevel.PermissionMask;
                packed = Run.Pack(TLevel.PermissionsOf(item, allowAbove, denyAbove));
            }

            var pages = items << (TLevel.Shift - Pfn.Shift);
            var start = input + ((ulong)at << TLevel.Shift);
            var next = Run.Of(start, TLevel.PfnOf(item, start), pages, packed);
            if (TLevel.BreaksMayContinue && continues && Unsafe.Add(ref run, (nint)runs - 1).IsContinuedBy(next))
            {
                ref var previous = ref Unsafe.Add(ref run, (nint)runs - 1);
                previous = previous.Extended(pages);
                continue;
            }

            Unsafe.Add(ref run, runs++) = next;
        }

        writer.Took((int)runs, open, leaves);
    }
}

/// <summary>What the items of one table have in common.</summary>
/// <param name="Input">Input address of item 0.</param>
/// <param name="AllowAbove">AND of the entries above.</param>
/// <param name="DenyAbove">OR of the entries above.</param>
internal readonly record struct ScanContext(ulong Input, ulong AllowAbove, ulong DenyAbove);
