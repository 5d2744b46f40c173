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

    // Pages that are read ahead: the rest of a cache line of items, then eight times as many as long as they are used up in order.
    private const nuint FewAhead = 7;
    private const nuint MostAhead = 511;
    private readonly PageTable<TFormat> _table;
    private readonly Invalidation _invalidation;
    private readonly ArenaMemory _memory;
    private readonly int _pageShift;
    private readonly int _spanShift;

    // The run: bytes from an input address on, and what is added. Without bytes there is none.
    private ulong _start;
    private ulong _bytes;
    private ulong _delta;
    private Invalidation.Snapshot _taken;
    private ulong _span;
    private ulong _lastTable;
    private nuint _ahead;

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
        ? new PhysicalAddress(input.Value + _delta)
        : Move(input);

    // Apart, so that the common case stays small enough to be inlined.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PhysicalAddress Move(Iova input)
    {
        var inOrder = input.Value - _start == _bytes;
        if (input.Value >> _spanShift != _span || !_invalidation.IsStill(_taken))
        {
            _taken = _invalidation.Take();
            _span = TFormat.FindLastTable(_memory, _table.RootWord, input, out _lastTable) ? input.Value >> _spanShift : NoSpan;
        }

        return _span == NoSpan ? MoveAbove(input) : MoveIn(input, inOrder);
    }

    private PhysicalAddress MoveIn(Iova input, bool inOrder)
    {
        var output = TFormat.TranslateInLastTable(_memory, _lastTable, input);
        // Who jumps does not use what is read ahead.
        var usedUp = _bytes >> _pageShift > _ahead || (input.Value >> _pageShift << (64 - _spanShift + _pageShift)) == 0;
        _ahead = !inOrder ? 0 : usedUp ? Math.Min((_ahead * 8) + FewAhead, MostAhead) : FewAhead;
        Remember(input, output, output.IsNone ? 0 : (ulong)CountAhead(input) + 1 << _pageShift, (1UL << _pageShift) - 1);
        return output;
    }

    private readonly nuint CountAhead(Iova input) => _ahead == 0 ? 0 : TFormat.CountRunInLastTable(_memory, _lastTable, input, _ahead);

    /// <summary>The walk ends above the last table: at a large leaf, or nowhere.</summary>
    private PhysicalAddress MoveAbove(Iova input)
    {
        var output = TFormat.Translate(_memory, _table.RootWord, input);
        var isLeaf = TFormat.Follow(_memory, _table.RootWord, input, out var leaf) && !output.IsNone;
        Remember(input, output, isLeaf ? leaf.Size.Bytes : 0, leaf.Size.OffsetMask);
        return output;
    }

    private void Remember(Iova input, PhysicalAddress output, ulong bytes, ulong offset)
    {
        (_start, _bytes, _delta) = (input.Value & ~offset, bytes, unchecked(output.Value - input.Value));
        // What was read of the table was read before the next question whether it still counts.
        Volatile.ReadBarrier();
    }
}
