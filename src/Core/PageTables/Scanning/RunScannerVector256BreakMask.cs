using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fast.PageTables;

/// <summary>Four items at a time, one 64-bit break mask for 64 items.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct RunScannerVector256BreakMask : IRunScanner, IBreakSteps
{
    /// <inheritdoc/>
    public static nuint Scan<TLevel>(
        ref ulong table, nuint index, nuint end, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
        where TLevel : struct, ILastLevel =>
        BreakScan.Scan<RunScannerVector256BreakMask, TLevel>(ref table, index, end, new ScanContext(input, allowAbove, denyAbove), ref writer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountSteps<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel => LeafSteps.CountBy4<TLevel>(ref items, count, readable, leaf);

    // Whether the runs fit is looked at behind the loop: no call and no exit inside.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool IBreakSteps.Scan<TLevel>(ref ulong table, nuint start, nuint end, in ScanContext context, ref RunWriter writer)
    {
        Span<ulong> room = stackalloc ulong[BreakMasks.Places];
        ref var masks = ref MemoryMarshal.GetReference(room);
        ulong broken = 0;
        var seed = ScanSeed.Of<TLevel>(TableItems.Read(ref table, start), start, context, writer);
        var compare = Vector256.Create(seed.Compare);
        var step = Vector256.Create(TLevel.Step);
        var previous = Vector256.Create(seed.Previous);
        for (var index = start; index < end; index += 64)
        {
            ulong same = 0;
            for (var step8 = 0; step8 < 64; step8 += 32)
            {
                var at = index + (nuint)step8;
                var x0 = Vector256.LoadUnsafe(ref table, at) & compare;
                var x1 = Vector256.LoadUnsafe(ref table, at + 4) & compare;
                var x2 = Vector256.LoadUnsafe(ref table, at + 8) & compare;
                var x3 = Vector256.LoadUnsafe(ref table, at + 12) & compare;
                var x4 = Vector256.LoadUnsafe(ref table, at + 16) & compare;
                var x5 = Vector256.LoadUnsafe(ref table, at + 20) & compare;
                var x6 = Vector256.LoadUnsafe(ref table, at + 24) & compare;
                var x7 = Vector256.LoadUnsafe(ref table, at + 28) & compare;
                ulong same0 = Vector256.Equals(x0, ShiftIn(x0, previous) + step).ExtractMostSignificantBits();
                ulong same1 = Vector256.Equals(x1, ShiftIn(x1, x0) + step).ExtractMostSignificantBits();
                ulong same2 = Vector256.Equals(x2, ShiftIn(x2, x1) + step).ExtractMostSignificantBits();
                ulong same3 = Vector256.Equals(x3, ShiftIn(x3, x2) + step).ExtractMostSignificantBits();
                ulong same4 = Vector256.Equals(x4, ShiftIn(x4, x3) + step).ExtractMostSignificantBits();
                ulong same5 = Vector256.Equals(x5, ShiftIn(x5, x4) + step).ExtractMostSignificantBits();
                ulong same6 = Vector256.Equals(x6, ShiftIn(x6, x5) + step).ExtractMostSignificantBits();
                ulong same7 = Vector256.Equals(x7, ShiftIn(x7, x6) + step).ExtractMostSignificantBits();
                previous = x7;
                same |= ((same0 | same1 << 4) | (same2 << 8 | same3 << 12) | ((same4 << 16 | same5 << 20) | (same6 << 24 | same7 << 28))) << step8;
            }

            if (TLevel.ReplicatedMask != 0 && BreakMasks.HasReplicated<TLevel>(ref table, index)) same = 0;
            Unsafe.Add(ref masks, (index - start) / 64) = ~same;
            broken |= ~same;
        }

        if (broken != 0 && !BreakMasks.Fit(ref masks, end - start, writer)) return false;
        if (broken == 0) BreakMasks.Extend<TLevel>(start, end, ref writer);
        else BreakMasks.Write<TLevel>(ref masks, ref table, start, end, context, ref writer);
        return true;
    }

    /// <summary>The last item of <paramref name="previous"/>, then all but the last of <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ShiftIn(Vector256<ulong> x, Vector256<ulong> previous)
    {
        if (!Avx2.IsSupported) return Vector256.Shuffle(x, Vector256.Create(0UL, 0, 1, 2)).WithElement(0, previous.GetElement(3));
        // [previous 2, previous 3, x 0, x 1], then each pair shifted by one item.
        var middle = Avx2.Permute2x128(previous, x, 0x21);
        return Avx2.AlignRight(x.AsByte(), middle.AsByte(), 8).AsUInt64();
    }
}
