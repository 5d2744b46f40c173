using System.Numerics;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

public sealed unsafe partial class TableArena
{
    // SAFETY: one link per slot of the arena; slots come from offsets below CapacityBytes.
    private SlotLink* Links => (SlotLink*)_links.Address;

    /// <summary>What the arena remembers of a slot. Beside the table, not in it: readers may still be reading a freed table.</summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct SlotLink
    {
        /// <summary>The next table in limbo.</summary>
        [FieldOffset(0)]
        public uint Next;

        /// <summary>Size of the table that is handed out here; negative once it was freed.</summary>
        [FieldOffset(4)]
        public int Bytes;

        /// <summary>While a last table is handed out: how many of its items are not empty.</summary>
        [FieldOffset(8)]
        public long Items;

        /// <summary>While it waits in limbo: when it was freed.</summary>
        [FieldOffset(8)]
        public ulong RetiredAt;
    }

    /// <summary>
    /// The free slots below the first that was never handed out, one bit each: they are handed out in ascending order and found as neighbours, in whatever order
    /// they were freed. Queues of free tables give back what a long life has made of their order.
    /// </summary>
    private struct FreeSlots(ulong* bits)
    {
        private readonly ulong* _bits = bits;

        // No word before this one has a bit.
        private uint _from;

        // Where the next search for a stretch begins: what was looked at and left is not looked at each time.
        private uint _rover;
        private ulong _count;

        /// <summary>Words for <paramref name="slots"/> slots; the last one never has a bit and ends each search.</summary>
        public static ulong Words(ulong slots) => (slots / 64) + 2;

        public void Add(uint slot, uint count)
        {
            Write(slot, count, free: true);
            _from = Math.Min(_from, slot / 64);
            _count += count;
        }

        public void Take(uint slot, uint count, bool stretch)
        {
            Write(slot, count, free: false);
            _count -= count;
            // Stretches that were looked at and are too short come next, should there be nothing else; otherwise the search is behind them already.
            if (stretch) _rover = slot + count;
        }

        /// <summary>
        /// Looks for tables side by side: the lowest one, or from where the last search ended the first stretch that is long enough, or just the first.
        /// </summary>
        /// <param name="unit">Slots of a table: it lies at a multiple of that, counted from physical address 0.</param>
        /// <param name="origin">Slots before the arena.</param>
        /// <param name="wanted">Most tables.</param>
        /// <param name="enough">Tables that make a stretch long enough.</param>
        /// <param name="looks">Stretches that are looked at.</param>
        /// <param name="end">The first slot that was never handed out.</param>
        /// <param name="slot">Afterwards the first slot.</param>
        /// <returns>How many tables; they are not taken yet.</returns>
        public uint Find(uint unit, ulong origin, uint wanted, uint enough, int looks, uint end, out uint slot)
        {
            slot = 0;
            if (_count < unit) return 0;
            var lowest = NextFree(_from * 64, end);
            _from = lowest / 64;
            var search = new Search(unit, origin, wanted, Math.Min(wanted, enough), looks);
            if (wanted == 1)
            {
                Look(ref search, lowest, end);
            }
            else
            {
                var start = Math.Min(_rover, end);
                _rover = Look(ref search, start, end);
                if (search.Tables < search.Enough && search.Looks > 0) _rover = Look(ref search, lowest, start);
            }

            slot = search.Slot;
            return search.Tables;
        }

        private readonly uint Look(ref Search search, uint from, uint end)
        {
            var at = NextFree(from, end);
            for (; at < end && search.Looks > 0 && search.Tables < search.Enough; search.Looks--)
            {
                var start = (uint)(((at + search.Origin + search.Unit - 1) & ~(ulong)(search.Unit - 1)) - search.Origin);
                var stop = NextTaken(at, (uint)Math.Min(end, start + ((ulong)search.Wanted * search.Unit)));
                var tables = stop > start ? (stop - start) / search.Unit : 0;
                if (search.Tables == 0 || tables >= search.Enough) (search.Tables, search.Slot) = (tables, start);
                at = NextFree(stop, end);
            }

            return at;
        }

        // SAFETY: slots are below the arena's, for which there are words.
        private readonly void Write(uint slot, uint count, bool free)
        {
            for (uint done = 0; done < count;)
            {
                var (word, bit) = ((slot + done) / 64, (int)((slot + done) % 64));
                var some = Math.Min(64 - (uint)bit, count - done);
                var mask = (some == 64 ? ulong.MaxValue : (1UL << (int)some) - 1) << bit;
                if (free) _bits[word] |= mask;
                else _bits[word] &= ~mask;
                done += some;
            }
        }

        private readonly uint NextFree(uint at, uint end)
        {
            if (at >= end) return end;
            var word = at / 64;
            // SAFETY: end / 64 is a word too.
            var bits = _bits[word] & (ulong.MaxValue << (int)(at % 64));
            if (bits == 0)
            {
                var rest = new ReadOnlySpan<ulong>(_bits + word + 1, (int)((end / 64) - word)).IndexOfAnyExcept(0UL);
                if (rest < 0) return end;
                word += 1 + (uint)rest;
                bits = _bits[word];
            }

            return Math.Min(end, (word * 64) + (uint)BitOperations.TrailingZeroCount(bits));
        }

        private readonly uint NextTaken(uint at, uint end)
        {
            for (var word = at / 64; at < end; word++, at = word * 64)
            {
                // SAFETY: at is below end, which has a word.
                var taken = ~_bits[word] & (ulong.MaxValue << (int)(at % 64));
                if (taken != 0) return Math.Min(end, (word * 64) + (uint)BitOperations.TrailingZeroCount(taken));
            }

            return end;
        }

        private struct Search(uint unit, ulong origin, uint wanted, uint enough, int looks)
        {
            public readonly uint Unit = unit;
            public readonly ulong Origin = origin;
            public readonly uint Wanted = wanted;
            public readonly uint Enough = enough;
            public int Looks = looks;
            public uint Tables;
            public uint Slot;
        }
    }
}
