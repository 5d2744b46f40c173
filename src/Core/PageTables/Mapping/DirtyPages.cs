using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Notes in a bitmap of pages which leaves hardware wrote through, on their way out of the table.</summary>
internal static class DirtyPages
{
    /// <summary>Notes items of a table that nothing points to any more.</summary>
    public static void Note<TLevel>(in ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        var (mask, value, anyOf) = request.DirtyBits;
        for (nuint done = 0; done < count; done += 64)
        {
            var some = nuint.Min(count - done, 64);
            var found = UseScan.Find<TLevel>(ref LevelItems.At<TLevel>(ref items, first + done), some, mask, value, anyOf);
            if (found == 0) continue;
            var at = input + ((ulong)done << TLevel.Shift);
            // One bit is one page here, so 64 items are 64 neighbouring bits; where all of them are dirty leaves, what belongs together does not matter.
            ref var group = ref LevelItems.At<TLevel>(ref items, first + done);
            var neighbours = TLevel.Shift == Pfn.Shift && (TLevel.MaxLg2 == 0 || (found == ulong.MaxValue && TLevel.ShiftOf(LevelItems.Peek<TLevel>(ref group, 0)) <= TLevel.Shift + 6));
            if (neighbours && ArePresent<TLevel>(request.Present, ref group, some)) Set(request, at, found);
            else Note<TLevel>(request, ref group, found, at);
        }
    }

    /// <summary>Notes and clears items that hardware still sees: what it writes between the look and the clear must not be lost.</summary>
    /// <returns>Items that were not empty.</returns>
    public static ulong NoteAndClear<TLevel>(in ChangeRequest request, ref ulong items, nuint first, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        ulong occupied = 0;
        for (var index = first; index < first + count; index++, input += 1UL << TLevel.Shift)
        {
            var old = LevelItems.Read<TLevel>(ref items, index);
            while (old != 0 && LevelItems.Exchange<TLevel>(ref items, index, 0, old) is var seen && seen != old) old = seen;
            if (old == 0) continue;
            occupied++;
            if (UseScan.Find(ref old, 1, request.DirtyBits.Mask, request.DirtyBits.Value, request.DirtyBits.AnyOf) != 0) Note<TLevel>(request, ref old, 1, input);
        }

        return occupied;
    }

    private static bool ArePresent<TLevel>(in BitMatch present, ref ulong items, nuint count)
        where TLevel : struct, ITableLevel
    {
        if (present.AnyOf == 0) return BitOperations.PopCount(UseScan.Find<TLevel>(ref items, count, present.Mask, present.Value, 0)) == (int)count;
        for (nuint i = 0; i < count; i++)
        {
            if (!present.Holds(LevelItems.Peek<TLevel>(ref items, i))) return false;
        }

        return true;
    }

    /// <summary>Notes the items whose bit is set in <paramref name="found"/>, each as the whole leaf that it belongs to.</summary>
    private static void Note<TLevel>(in ChangeRequest request, ref ulong items, ulong found, ulong input)
        where TLevel : struct, ITableLevel
    {
        for (; found != 0; found &= found - 1)
        {
            var index = (nuint)BitOperations.TrailingZeroCount(found);
            var leaf = LevelItems.Peek<TLevel>(ref items, index);
            if (!TLevel.IsLeaf(leaf)) continue;
            var size = TLevel.MaxLg2 == 0 ? TLevel.Shift : TLevel.ShiftOf(leaf);
            var page = (input + ((ulong)index << TLevel.Shift)) & ~((1UL << size) - 1);
            for (var end = page + (1UL << size); page != end; page += 64UL << Pfn.Shift)
            {
                var pages = (end - page) >> Pfn.Shift;
                Set(request, page, pages >= 64 ? ulong.MaxValue : (1UL << (int)pages) - 1);
                if (pages <= 64) break;
            }
        }
    }

    /// <summary>Sets bits from the page at <paramref name="input"/> on; what lies outside the range has no bit.</summary>
    private static void Set(in ChangeRequest request, ulong input, ulong bits)
    {
        if (input < request.Input)
        {
            var before = (request.Input - input) >> Pfn.Shift;
            if (before >= 64) return;
            bits >>= (int)before;
            input = request.Input;
        }

        var page = (input - request.Input) >> Pfn.Shift;
        var (word, shift) = ((int)(page / 64), (int)(page % 64));
        if (word >= request.DirtyPages.Length) return;
        request.DirtyPages[word] |= bits << shift;
        if (shift != 0 && bits >> (64 - shift) is var rest and not 0 && word + 1 < request.DirtyPages.Length) request.DirtyPages[word + 1] |= rest;
    }
}
