using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Leaves that take several items: how large one may be, and how it is written. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LeafRuns
{
    /// <summary>log2 of the items of the largest leaf of a level that fits at input..last; 0: a single item.</summary>
    public static int Fit<TLevel>(in MapRequest request, ulong input, ulong last)
        where TLevel : struct, ITableLevel
    {
        if (TLevel.MinLg2 == TLevel.MaxLg2)
        {
            var offset = (1UL << (TLevel.Shift + TLevel.MinLg2)) - 1;
            return ((request.Delta | input) & offset) == 0 && last - input >= offset && request.LargestShift >= TLevel.Shift + TLevel.MinLg2 ? TLevel.MinLg2 : 0;
        }

        // Both addresses aligned: so is their difference.
        var shift = BitOperations.TrailingZeroCount(request.Delta | input | 1UL << 63);
        shift = Math.Min(shift, last - input == ulong.MaxValue ? 63 : BitOperations.Log2(last - input + 1));
        var lg2 = Allowed<TLevel>(Math.Min(shift, request.LargestShift) - TLevel.Shift);
        return Math.Max(lg2, 0);
    }

    /// <summary>Maps one leaf of several items where one fits and nothing stands in its way.</summary>
    /// <param name="request">The map.</param>
    /// <param name="items">Item 0 of the table.</param>
    /// <param name="index">The first item; afterwards the last one of the leaf.</param>
    /// <param name="input">Input address of the first item.</param>
    /// <param name="last">Last input address of the range in this table.</param>
    /// <param name="itemLast">Afterwards the last input address of the leaf.</param>
    public static bool TryMap<TLevel>(ref MapRequest request, ref ulong items, ref nuint index, ulong input, ulong last, ref ulong itemLast)
        where TLevel : struct, ITableLevel
    {
        var lg2 = Fit<TLevel>(request, input, last);
        ref var first = ref Unsafe.Add(ref items, index);
        var count = (nuint)1 << lg2;
        if (lg2 == 0 || LeafFill.FindOccupied(ref first, count) != count) return false;
        Write<TLevel>(ref first, request.Bits[TLevel.Level], request.Delta + input, lg2);
        request.Leaves[TLevel.Level] += count;
        index += count - 1;
        itemLast = input + ((1UL << (TLevel.Shift + lg2)) - 1);
        return true;
    }

    /// <summary>The most items, as log2 and at most <paramref name="lg2"/>, that a leaf may take.</summary>
    public static int Allowed<TLevel>(int lg2)
        where TLevel : struct, ITableLevel
    {
        lg2 = Math.Min(lg2, TLevel.MaxLg2);
        if (TLevel.ExceptShift != 0 && TLevel.ExceptShift == TLevel.Shift + lg2) lg2--;
        return lg2 < TLevel.MinLg2 ? 0 : lg2;
    }

    /// <summary>Writes one leaf of 2^<paramref name="lg2"/> items.</summary>
    /// <param name="items">Its first item.</param>
    /// <param name="bits">Everything but address and size.</param>
    /// <param name="address">Output address.</param>
    /// <param name="lg2">log2 of its items.</param>
    public static void Write<TLevel>(ref ulong items, ulong bits, ulong address, int lg2)
        where TLevel : struct, ITableLevel
    {
        var word = TLevel.Word(bits, address, lg2);
        if (lg2 == 0) LevelItems.Publish<TLevel>(ref items, 0, word);
        else LeafFill.Fill<TLevel>(ref items, (nuint)1 << lg2, word, TLevel.RunStep);
    }

    /// <summary>Writes <paramref name="count"/> items of one address field with the largest leaves that they can form.</summary>
    /// <param name="request">The map.</param>
    /// <param name="items">First item; nothing stands there.</param>
    /// <param name="count">Number of items.</param>
    /// <param name="input">Input address of the first.</param>
    public static void Fill<TLevel>(in MapRequest request, ref ulong items, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        var bits = request.Bits[TLevel.Level];
        var smallest = TLevel.Shift + TLevel.MinLg2;
        if ((request.Delta & ((1UL << smallest) - 1)) != 0 || request.LargestShift < smallest)
            LeafFill.Fill<TLevel>(ref items, count, TLevel.Word(bits, request.Delta + input, 0), TLevel.Step);
        else if (TLevel.RunStep != 0)
            FillHinted<TLevel>(ref items, count, bits, request.Delta + input);
        else
            FillReplicated<TLevel>(request, ref items, count, input);
    }

    /// <summary>The aligned groups in the middle get the flag, what is before and behind them does not.</summary>
    private static void FillHinted<TLevel>(ref ulong items, nuint count, ulong bits, ulong address)
        where TLevel : struct, ITableLevel
    {
        var group = ((nuint)1 << TLevel.MinLg2) - 1;
        var head = Math.Min(count, (nuint)(0 - (address >> TLevel.Shift)) & group);
        var body = (count - head) & ~group;
        var step = TLevel.Step;
        var word = TLevel.Word(bits, address, 0);
        LeafFill.Fill<TLevel>(ref items, head, word, step);
        if (head == count) return;
        LeafFill.Fill<TLevel>(ref Unsafe.Add(ref items, head), body, TLevel.Word(bits, address, TLevel.MinLg2) + head * step, step);
        LeafFill.Fill<TLevel>(ref Unsafe.Add(ref items, head + body), count - head - body, word + (head + body) * step, step);
    }

    private static void FillReplicated<TLevel>(in MapRequest request, ref ulong items, nuint count, ulong input)
        where TLevel : struct, ITableLevel
    {
        var last = input + ((ulong)count << TLevel.Shift) - 1;
        for (nuint i = 0; i < count;)
        {
            var lg2 = Fit<TLevel>(request, input, last);
            Write<TLevel>(ref Unsafe.Add(ref items, i), request.Bits[TLevel.Level], request.Delta + input, lg2);
            i += (nuint)1 << lg2;
            input += 1UL << (TLevel.Shift + lg2);
        }
    }
}
