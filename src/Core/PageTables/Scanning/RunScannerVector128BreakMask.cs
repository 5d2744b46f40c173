using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fast.PageTables;

/// <summary>Two items at a time, one 64-bit break mask for 64 items.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct RunScannerVector128BreakMask : IRunScanner, IBreakSteps
{
    /// <inheritdoc/>
    public static nuint Scan<TLevel>(
        ref ulong table, nuint index, nuint end, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
        where TLevel : struct, ILastLevel =>
        BreakScan.Scan<RunScannerVector128BreakMask, TLevel>(ref table, index, end, new ScanContext(input, allowAbove, denyAbove), ref writer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountSteps<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel => LeafSteps.CountBy2<TLevel>(ref items, count, readable, leaf);

    // Whether the runs fit is looked at behind the loop: no call and no exit inside.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool IBreakSteps.Scan<TLevel>(ref ulong table, nuint start, nuint end, in ScanContext context, ref RunWriter writer)
    {
        Span<ulong> room = stackalloc ulong[BreakMasks.Places];
        ref var masks = ref MemoryMarshal.GetReference(room);
        ulong broken = 0;
        var seed = ScanSeed.Of<TLevel>(TableItems.Read(ref table, start), start, context, writer);
        var compare = Vector128.Create(seed.Compare);
        var step = Vector128.Create(TLevel.Step);
        var previous = Vector128.Create(seed.Previous);
        for (var index = start; index < end; index += 64)
        {
            ulong same = 0;
            for (var step8 = 0; step8 < 64; step8 += 16)
            {
                var at = index + (nuint)step8;
                var x0 = Vector128.LoadUnsafe(ref table, at) & compare;
                var x1 = Vector128.LoadUnsafe(ref table, at + 2) & compare;
                var x2 = Vector128.LoadUnsafe(ref table, at + 4) & compare;
                var x3 = Vector128.LoadUnsafe(ref table, at + 6) & compare;
                var x4 = Vector128.LoadUnsafe(ref table, at + 8) & compare;
                var x5 = Vector128.LoadUnsafe(ref table, at + 10) & compare;
                var x6 = Vector128.LoadUnsafe(ref table, at + 12) & compare;
                var x7 = Vector128.LoadUnsafe(ref table, at + 14) & compare;
                ulong same0 = Vector128.Equals(x0, ShiftIn(x0, previous) + step).ExtractMostSignificantBits();
                ulong same1 = Vector128.Equals(x1, ShiftIn(x1, x0) + step).ExtractMostSignificantBits();
                ulong same2 = Vector128.Equals(x2, ShiftIn(x2, x1) + step).ExtractMostSignificantBits();
                ulong same3 = Vector128.Equals(x3, ShiftIn(x3, x2) + step).ExtractMostSignificantBits();
                ulong same4 = Vector128.Equals(x4, ShiftIn(x4, x3) + step).ExtractMostSignificantBits();
                ulong same5 = Vector128.Equals(x5, ShiftIn(x5, x4) + step).ExtractMostSignificantBits();
                ulong same6 = Vector128.Equals(x6, ShiftIn(x6, x5) + step).ExtractMostSignificantBits();
                ulong same7 = Vector128.Equals(x7, ShiftIn(x7, x6) + step).ExtractMostSignificantBits();
                previous = x7;
                same |= ((same0 | same1 << 2) | (same2 << 4 | same3 << 6) | ((same4 << 8 | same5 << 10) | (same6 << 12 | same7 << 14))) << step8;
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

    /// <summary>The last item of <paramref name="previous"/>, then the first of <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ShiftIn(Vector128<ulong> x, Vector128<ulong> previous)
    {
        if (Ssse3.IsSupported) return Ssse3.AlignRight(x.AsByte(), previous.AsByte(), 8).AsUInt64();
        return AdvSimd.IsSupported
            ? AdvSimd.ExtractVector128(previous, x, 1)
            : Vector128.Create(previous.GetElement(1), x.GetElement(0));
    }
}
