using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

/// <summary>Epochs: a freed table waits in limbo until every reader that was inside when it was freed has left.</summary>
public sealed unsafe partial class TableArena
{
    private const int ReaderSlots = 64;
    private ReaderEpochs _readers;
    private ulong _epoch = 1;

    // Slots that a reader has ever used: looking at all 64 for each freed table would cost more than the rest of freeing it.
    private int _slotsUsed;
    private uint _limboHead;
    private uint _limboTail;

    /// <summary>
    /// Enters the arena as a reader: tables freed from now on stay as they are until the scope is disposed. Readers take no lock and wait for
    /// nobody; a reader that never leaves only keeps memory from being reused. Walks of a table that no other thread changes need no scope.
    /// </summary>
    /// <exception cref="InvalidOperationException">64 readers are inside already.</exception>
    public ReaderScope EnterReader()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        for (var i = 0; i < ReaderSlots; i++)
        {
            // Raised before the slot is taken, so that who frees a table looks at every slot that is.
            if (i >= Volatile.Read(ref _slotsUsed)) RaiseSlotsUsed(i + 1);
            var epoch = Volatile.Read(ref _epoch);
            if (Interlocked.CompareExchange(ref _readers[i].Epoch, epoch, 0) == 0) return new ReaderScope(this, i);
        }

        throw new InvalidOperationException($"{ReaderSlots} readers are inside the arena already: dispose a ReaderScope first");
    }

    private void RaiseSlotsUsed(int used)
    {
        var seen = Volatile.Read(ref _slotsUsed);
        while (seen < used)
        {
            var before = Interlocked.CompareExchange(ref _slotsUsed, used, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    private void Leave(int slot) => Volatile.Write(ref _readers[slot].Epoch, 0);

    private void Retire(uint slot)
    {
        // The entry that pointed here was cleared before; the barrier makes that visible before the readers are looked at.
        Interlocked.MemoryBarrier();
        Links[slot].Bytes = -Links[slot].Bytes;
        Links[slot].RetiredAt = _epoch;
        Links[slot].Next = 0;
        if (_limboHead == 0) _limboHead = slot;
        else Links[_limboTail].Next = slot;
        _limboTail = slot;
        Volatile.Write(ref _epoch, _epoch + 1);
        ReclaimLimbo();
    }

    private void ReclaimLimbo()
    {
        if (_limboHead == 0) return;
        var oldest = OldestReader();
        while (_limboHead != 0 && Links[_limboHead].RetiredAt < oldest)
        {
            var slot = _limboHead;
            _limboHead = Links[slot].Next;
            if (_poisonsFreed) Poison(slot);
            _free.Add(slot, UnitOf(-Links[slot].Bytes));
        }
    }

    // SAFETY: the bytes of the table that was taken with this slot; nobody else may touch them until it is handed out again.
    private void Poison(uint slot) => new Span<ulong>(_base + ((ulong)slot << SlotShift), -Links[slot].Bytes / sizeof(ulong)).Fill(FreedItem);

    private ulong OldestReader()
    {
        var oldest = ulong.MaxValue;
        var used = Volatile.Read(ref _slotsUsed);
        for (var i = 0; i < used; i++)
        {
            var epoch = Volatile.Read(ref _readers[i].Epoch);
            if (epoch != 0) oldest = Math.Min(oldest, epoch);
        }

        return oldest;
    }

    /// <summary>A reader's stay in the arena.</summary>
    public readonly struct ReaderScope : IDisposable
    {
        private readonly TableArena _arena;
        private readonly int _slot;

        internal ReaderScope(TableArena arena, int slot) => (_arena, _slot) = (arena, slot);

        /// <summary>Leaves; what was freed meanwhile may be reused once all earlier readers have left too.</summary>
        public void Dispose() => _arena.Leave(_slot);
    }

    /// <summary>One cache line each, so that readers do not slow each other down.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct ReaderEpoch
    {
        public ulong Epoch;
    }

    [InlineArray(ReaderSlots)]
    private struct ReaderEpochs
    {
        private ReaderEpoch _first;
    }
}
