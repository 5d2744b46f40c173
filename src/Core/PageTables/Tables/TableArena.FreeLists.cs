using System.Runtime.CompilerServices;

namespace Fast.PageTables;

public sealed unsafe partial class TableArena
{
    // SAFETY: one link per slot of the arena; slots come from offsets below CapacityBytes.
    private SlotLink* Links => (SlotLink*)_links.Address;

    /// <summary>What the arena remembers of a slot. Beside the table, not in it: readers may still be reading a freed table.</summary>
    private struct SlotLink
    {
        public uint Next;

        /// <summary>Size of the table that is handed out here; negative once it was freed.</summary>
        public int Bytes;
        public ulong RetiredAt;
    }

    /// <summary>
    /// One queue of free slots per power of two; slot 0 is never handed out and ends each queue. First in, first out: tables that were freed in
    /// order are handed out in order again, and a range that is unmapped and mapped keeps its tables side by side. A stack would turn them round.
    /// </summary>
    private struct FreeLists
    {
        public const int MaxOrder = 8;
        private Ends _heads;
        private Ends _tails;

        public bool TryPop(int order, SlotLink* links, out uint slot)
        {
            slot = _heads[order];
            if (slot == 0) return false;
            _heads[order] = links[slot].Next;
            return true;
        }

        public void Push(int order, SlotLink* links, uint slot)
        {
            links[slot].Next = 0;
            if (_heads[order] == 0) _heads[order] = slot;
            else links[_tails[order]].Next = slot;
            _tails[order] = slot;
        }

        [InlineArray(MaxOrder + 1)]
        private struct Ends
        {
            private uint _first;
        }
    }
}
