using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Translates addresses that come in order. It remembers the last table it was in, and asks <see cref="Invalidation"/> each time whether that
/// table still counts. One thread at a time.
/// </summary>
/// <typeparam name="TFormat">The format.</typeparam>
public struct TranslationCursor<TFormat>
    where TFormat : struct, IWalkFormat
{
    private const ulong NoSpan = ulong.MaxValue;
    private readonly PageTable<TFormat> _table;
    private readonly Invalidation _invalidation;
    private readonly ArenaMemory _memory;
    private readonly int _spanShift;
    private Invalidation.Snapshot _taken;
    private ulong _span;
    private ulong _lastTable;

    internal TranslationCursor(PageTable<TFormat> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        _invalidation = table.Invalidation;
        _memory = table.Arena.Memory;
        var last = TFormat.Facts.Levels[0];
        _spanShift = last.Shift + last.Bits;
        _span = NoSpan;
    }

    /// <summary>The output address of <paramref name="input"/>, or <see cref="PhysicalAddress.None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhysicalAddress Translate(Iova input) => input.Value >> _spanShift == _span && _invalidation.IsStill(_taken)
        ? TFormat.TranslateInLastTable(_memory, _lastTable, input)
        : Move(input);

    // Apart, so that the common case stays small enough to be inlined.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PhysicalAddress Move(Iova input)
    {
        _taken = _invalidation.Take();
        var found = TFormat.FindLastTable(_memory, _table.RootWord, input, out _lastTable);
        _span = found ? input.Value >> _spanShift : NoSpan;
        return found
            ? TFormat.TranslateInLastTable(_memory, _lastTable, input)
            : TFormat.Translate(_memory, _table.RootWord, input);
    }
}
