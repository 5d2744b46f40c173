using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

/// <summary>
/// What <see cref="TableItems"/>, <see cref="LeafFill"/> and <see cref="UseScan"/> do, for items of 4 bytes; their values are widened. Stretches are written and
/// searched for use one item at a time: a whole address space of such tables has a few thousand of them.
/// </summary>
internal static class NarrowItems
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref uint At(ref ulong table, nuint index) => ref Unsafe.Add(ref Unsafe.As<ulong, uint>(ref table), index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ref ulong table, nuint index) => Volatile.Read(ref At(ref table, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Publish(ref ulong table, nuint index, ulong value) => Volatile.Write(ref At(ref table, index), (uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange(ref ulong table, nuint index, ulong value, ulong expected) =>
        Interlocked.CompareExchange(ref At(ref table, index), (uint)value, (uint)expected);

    public static void Fill(ref ulong items, nuint count, ulong value, ulong step)
    {
        for (nuint i = 0; i < count; i++, value += step) Publish(ref items, i, value);
    }

    public static nuint FindOccupied(ref ulong items, nuint count)
    {
        var found = Span(ref items, count).IndexOfAnyExcept(0U);
        return found < 0 ? count : (nuint)found;
    }

    public static ulong Count(ref ulong items, nuint count) => count - (ulong)Span(ref items, count).Count(0U);

    public static ulong FindUse(ref ulong items, nuint count, ulong mask, ulong value, ulong anyOf)
    {
        ulong found = 0;
        for (nuint i = 0; i < count; i++)
        {
            var item = Read(ref items, i);
            if ((item & mask) == value || (item & anyOf) != 0) found |= 1UL << (int)i;
        }

        return found;
    }

    private static ReadOnlySpan<uint> Span(ref ulong items, nuint count) => MemoryMarshal.CreateReadOnlySpan(ref At(ref items, 0), (int)count);
}
