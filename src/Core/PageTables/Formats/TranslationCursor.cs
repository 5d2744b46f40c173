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
    private readonly ArenaMemory _memory;
    private readonly int _spanShift;
    private Invalidation.Snapshot _taken;
    private ulong _span;
    private ulong _lastTable;

    internal TranslationCursor(PageTable<TFormat> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        _memory = table.Arena.Memory;
        var last = TFormat.Facts.Levels[0];
        _spanShift = last.Shift + last.Bits;
        _span = NoSpan;
    }

    /// <summary>The output address of <paramref name="input"/>, or <see cref="PhysicalAddress.None"/>.</summary>
    public PhysicalAddress Translate(Iova input)
    {
        var span = input.Value >> _spanShift;
        if (span != _span || !_table.Invalidation.Holds(_taken))
        {
            _taken = _table.Invalidation.Take();
            if (!TFormat.FindLastTable(_memory, _table.Root.Value, input, out _lastTable))
            {
                _span = NoSpan;
                return TFormat.Translate(_memory, _table.Root.Value, input);
            }

            _span = span;
        }

        return TFormat.TranslateInLastTable(_memory, _lastTable, input);
    }
}
