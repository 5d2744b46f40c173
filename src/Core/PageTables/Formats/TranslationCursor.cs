using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Translates addresses that come in order. It remembers a run: a large leaf, or pages of a last table that continue each other, as far as it has read ahead. As long as
/// <see cref="Invalidation"/> says that nothing was unmapped, an address of the run is an addition. An answer is what the table said when <see cref="Invalidation"/>
/// was asked. One thread at a time.
/// </summary>
/// <typeparam name="TFormat">The format.</typeparam>
public struct TranslationCursor<TFormat>
    where TFormat : struct, IWalkFormat
{
    private const ulong NoSpan = ulong.MaxValue;

    // Pages that are read ahead: the rest of a cache line of items, then eight times as many as long as they are used up.
    private const nuint FewAhead = 7;
    private const nuint MostAhead = 511;

    // Pages that are read one by one at most before the cursor tries again where no page continued the one before.
    private const nuint MostBlind = 63;
    private readonly PageTable<TFormat> _table;
    private readonly Invalidation _invalidation;
    private readonly ArenaMemory _memory;
    private readonly int _pageShift;
    private readonly int _spanShift;

    // The run: bytes from an input address on, and what is added. Without bytes there is none, and the address is what would come next.
    private ulong _start;
    private ulong _bytes;
    private ulong _delta;
    private Invalidation.Snapshot _taken;
    private ulong _span;
    private ulong _lastTable;
    private nuint _ahead;
    private nuint _blind;
    private nuint _failed;

    internal TranslationCursor(PageTable<TFormat> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        _invalidation = table.Invalidation;
        _memory = table.Arena.Memory;
        var last = TFormat.Facts.Levels[0];
        _pageShift = last.Shift;
        _spanShift = last.Shift + last.Bits;
        _span = NoSpan;
    }

    /// <summary>The output address of <paramref name="input"/>, or <see cref="PhysicalAddress.None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhysicalAddress Translate(Iova input) => input.Value - _start < _bytes && _invalidation.IsStill(_taken)
        ? new PhysicalAddress(unchecked(input.Value + _delta))
        : Move(input);

    // Apart, so that the common case stays small enough to be inlined and fits into a cache line of code.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PhysicalAddress Move(Iova input)
    {
        if (input.Value >> _spanShift != _span || !_invalidation.IsStill(_taken)) return Enter(input);
        var output = TFormat.TranslateInLastTable(_memory, _lastTable, input);
        var page = input.Value >> _pageShift << _pageShift;
        // Who jumps does not use what is read ahead; nor is it worth a look after each page where none continues another.
        if (page - _start == _bytes && _blind == 0)
        {
            ReadAhead(input, output, page);
            return output;
        }

        if (_blind != 0) _blind--;
        (_start, _bytes) = (page + (1UL << _pageShift), 0);
        return output;
    }

    private void ReadAhead(Iova input, PhysicalAddress output, ulong page)
    {
        // Used up as well when the table was at its end.
        var usedUp = _bytes >> _pageShift > _ahead || page << (64 - _spanShift) == 0;
        _ahead = usedUp ? Math.Min((_ahead * 8) + FewAhead, MostAhead) : FewAhead;
        var more = output.IsNone ? 0 : TFormat.CountRunInLastTable(_memory, _lastTable, input, _ahead);
        _failed = more == 0 ? Math.Min((_failed * 2) + 1, MostBlind) : 0;
        _blind = _failed;
        if (more == 0) (_start, _bytes) = (page + (1UL << _pageShift), 0);
        else Remember(page, (ulong)(more + 1) << _pageShift, output.Value - input.Value);
    }

    /// <summary>Walks: to another last table, to a large leaf, or to nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PhysicalAddress Enter(Iova input)
    {
        // Beside a writer the snapshot never holds, so that nothing is remembered: the answer is what is read.
        _taken = _invalidation.Take();
        PhysicalAddress output;
        if (TFormat.FindLastTable(_memory, _table.RootWord, input, out _lastTable))
        {
            _span = input.Value >> _spanShift;
            output = TFormat.TranslateInLastTable(_memory, _lastTable, input);
            ReadAhead(input, output, input.Value >> _pageShift << _pageShift);
            return output;
        }

        _span = NoSpan;
        output = TFormat.Translate(_memory, _table.RootWord, input);
        var isLeaf = TFormat.Follow(_memory, _table.RootWord, input, out var leaf) && !output.IsNone;
        Remember(input.Value & leaf.Size.PageMask, isLeaf ? leaf.Size.Bytes : 0, output.Value - input.Value);
        return output;
    }

    private void Remember(ulong start, ulong bytes, ulong delta)
    {
        (_start, _bytes, _delta) = (start, bytes, delta);
        // What was read of the table was read before the next question whether it still counts.
        Volatile.ReadBarrier();
    }
}
