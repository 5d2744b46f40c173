using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fast.PageTables;

/// <summary>Eight items at a time, one 64-bit break mask for 64 items: <c>x != previous + step</c>, lane by lane.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct RunScannerVector512BreakMask : IRunScanner, IBreakSteps
{
    /// <inheritdoc/>
    public static nuint Scan<TLevel>(
        ref ulong table, nuint index, nuint end, ulong input, ulong allowAbove, ulong denyAbove, ref RunWriter writer)
        where TLevel : struct, ILastLevel =>
        BreakScan.Scan<RunScannerVector512BreakMask, TLevel>(ref table, index, end, new ScanContext(input, allowAbove, denyAbove), ref writer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountSteps<TLevel>(ref ulong items, nuint count, nuint readable, ulong leaf)
        where TLevel : struct, ITableLevel => LeafSteps.CountBy8<TLevel>(ref items, count, readable, leaf);

    // Whether the runs fit is looked at behind the loop: no call and no exit inside.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool IBreakSteps.Scan<TLevel>(ref ulong table, nuint start, nuint end, in ScanContext context, ref RunWriter writer)
    {
        Span<ulong> room = stackalloc ulong[BreakMasks.Places];
        ref var masks = ref MemoryMarshal.GetReference(room);
        ulong broken = 0;
        var seed = ScanSeed.Of<TLevel>(TableItems.Read(ref table, start), start, context, writer);
        var compare = Vector512.Create(seed.Compare);
        var step = Vector512.Create(TLevel.Step);
        var previous = Vector512.Create(seed.Previous);
        for (var index = start; index < end; index += 64)
        {
            var x0 = Vector512.LoadUnsafe(ref table, index) & compare;
            var x1 = Vector512.LoadUnsafe(ref table, index + 8) & compare;
            var x2 = Vector512.LoadUnsafe(ref table, index + 16) & compare;
            var x3 = Vector512.LoadUnsafe(ref table, index + 24) & compare;
            var x4 = Vector512.LoadUnsafe(ref table, index + 32) & compare;
            var x5 = Vector512.LoadUnsafe(ref table, index + 40) & compare;
            var x6 = Vector512.LoadUnsafe(ref table, index + 48) & compare;
            var x7 = Vector512.LoadUnsafe(ref table, index + 56) & compare;
            var same0 = Vector512.Equals(x0, ShiftIn(x0, previous) + step).ExtractMostSignificantBits();
            var same1 = Vector512.Equals(x1, ShiftIn(x1, x0) + step).ExtractMostSignificantBits();
            var same2 = Vector512.Equals(x2, ShiftIn(x2, x1) + step).ExtractMostSignificantBits();
            var same3 = Vector512.Equals(x3, ShiftIn(x3, x2) + step).ExtractMostSignificantBits();
            var same4 = Vector512.Equals(x4, ShiftIn(x4, x3) + step).ExtractMostSignificantBits();
            var same5 = Vector512.Equals(x5, ShiftIn(x5, x4) + step).ExtractMostSignificantBits();
            var same6 = Vector512.Equals(x6, ShiftIn(x6, x5) + step).ExtractMostSignificantBits();
            var same7 = Vector512.Equals(x7, ShiftIn(x7, x6) + step).ExtractMostSignificantBits();
            previous = x7;
            // Bytes of a mask first, then halves of it: three levels of or instead of seven in a row.
            var same = ((same0 | same1 << 8) | (same2 << 16 | same3 << 24)) | ((same4 << 32 | same5 << 40) | (same6 << 48 | same7 << 56));
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
    private static Vector512<ulong> ShiftIn(Vector512<ulong> x, Vector512<ulong> previous) => Avx512F.IsSupported
        ? Avx512F.AlignRight64(x, previous, 7)
        : Vector512.Shuffle(x, Vector512.Create(0UL, 0, 1, 2, 3, 4, 5, 6)).WithElement(0, previous.GetElement(7));
}
