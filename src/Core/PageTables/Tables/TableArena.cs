using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.PageTables;

/// <summary>
/// Owns page-aligned unmanaged memory and hands it out as tables. Tables taken one after the other lie one after the other, which is what range
/// scans want. Any number of threads may take and free tables; a freed table is reused only after every reader that could still see it has left
/// (<see cref="EnterReader"/>).
/// </summary>
public sealed unsafe partial class TableArena : IDisposable
{
    /// <summary>
    /// What stands in each item of a freed table of an arena with <see cref="TableArenaOptions.PoisonFreed"/>: not present in any format of this library, so that a
    /// reader that meets it reads nowhere.
    /// </summary>
    public const ulong FreedItem = 0xDEAD_F4EE_DEAD_F000;

    // Most slots of a table: 1 MiB.
    private const int MaxOrder = 8;

    // Tables side by side from which on a scan does not notice where they end: the hardware's prefetcher has long found its stride.
    private const uint LongEnough = 32;

    // Stretches that a search looks at before memory that was never used is taken instead.
    private const int ManyLooks = 8;

    private const int SlotShift = 12;
    private const int SlotBytes = 1 << SlotShift;
    private const ulong HugePageBytes = 2UL << 20;
    private const ulong NeverHandedOut = SlotBytes;

    private readonly Lock _lock = new();
    private readonly TableMemoryHandle _memory;
    private readonly TableMemoryHandle _links;
    private readonly TableMemoryHandle _freeBits;
    private readonly byte* _base;
    private readonly nint _origin;
    private readonly bool _freshIsZero;
    private readonly bool _poisonsFreed;
    private FreeSlots _free;
    private ulong _next = NeverHandedOut;
    private ulong _bytesInUse;
    private ulong _tablesInUse;
    private int _disposed;

    /// <summary>An arena with the default options.</summary>
    public TableArena()
        : this(new TableArenaOptions())
    {
    }

    /// <summary>An arena with the given options.</summary>
    /// <exception cref="ArgumentException">Capacity or base is not a multiple of 4 KiB, or the arena would wrap at 2^64.</exception>
    /// <exception cref="InsufficientMemoryException">The address space cannot be had.</exception>
    public TableArena(TableArenaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CapacityBytes = options.CapacityBytes;
        PhysicalBase = options.PhysicalBase;
        if (CapacityBytes < 2 * SlotBytes || CapacityBytes % SlotBytes != 0 || CapacityBytes > (ulong)nint.MaxValue / 2)
            throw new ArgumentException($"an arena of {BinarySize.Format(CapacityBytes)} cannot be: use a multiple of 4K, at least 8K", nameof(options));
        if (PhysicalBase % SlotBytes != 0 || unchecked(PhysicalBase + CapacityBytes) < PhysicalBase)
            throw new ArgumentException($"physical base 0x{PhysicalBase:x} is not a multiple of 4K, or the arena would wrap at 2^64", nameof(options));

        _memory = TableMemoryHandle.Reserve(CapacityBytes, HugePageBytes, options.HugePages);
        var linkBytes = CapacityBytes / SlotBytes * (ulong)sizeof(SlotLink);
        _links = TableMemoryHandle.Reserve(linkBytes, SlotBytes, hugePages: false);
        var freeBytes = FreeSlots.Words(CapacityBytes / SlotBytes) * sizeof(ulong);
        _freeBits = TableMemoryHandle.Reserve(freeBytes, SlotBytes, hugePages: false);
        // SAFETY: exactly the bytes that were reserved.
        if (!_links.IsZeroed) NativeMemory.Clear((void*)_links.Address, (nuint)linkBytes);
        if (!_freeBits.IsZeroed) NativeMemory.Clear((void*)_freeBits.Address, (nuint)freeBytes);
        _free = new FreeSlots((ulong*)_freeBits.Address);
        _base = (byte*)_memory.Address;
        _origin = unchecked((nint)_base - (nint)PhysicalBase);
        _freshIsZero = _memory.IsZeroed;
        _poisonsFreed = options.PoisonFreed;
    }

    /// <summary>Most bytes that this arena will hold.</summary>
    public ulong CapacityBytes { get; }

    /// <summary>Physical address of the arena's first byte.</summary>
    public ulong PhysicalBase { get; }

    /// <summary>Bytes of all tables that are handed out, roots included; tables that wait for readers do not count.</summary>
    public ulong BytesInUse => Volatile.Read(ref _bytesInUse);

    /// <summary>Number of tables that are handed out, roots included.</summary>
    public ulong TablesInUse => Volatile.Read(ref _tablesInUse);

    /// <summary>The tables of this arena, for a walker.</summary>
    public ArenaMemory Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            return new ArenaMemory(_origin);
        }
    }

    /// <summary>Hands out a table.</summary>
    /// <param name="bytes">Table size: a power of two up to 1 MiB. Tables under 4 KiB occupy 4 KiB but count as what they are.</param>
    /// <param name="zeroed">Whether the table must be empty. A caller that writes every item before it publishes the table can say no.</param>
    /// <param name="address">Physical address of the table, aligned to its size.</param>
    /// <returns><see langword="false"/> when the arena is full; nothing has changed then.</returns>
    public bool TryAllocate(int bytes, bool zeroed, out ulong address)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (Take(bytes, 1, out address, out var fresh) == 0) return false;
        // SAFETY: the slots at address belong to this caller from here on; Take never gives a slot twice.
        if (zeroed && !(fresh && _freshIsZero)) NativeMemory.Clear(_base + (address - PhysicalBase), (nuint)bytes);
        return true;
    }

    /// <summary>
    /// Hands out up to <paramref name="wanted"/> tables that lie side by side and are not cleared: a range map takes the last tables of its range at once, so that they
    /// are neighbours also where single tables are free all over the arena, and where other threads take tables too.
    /// </summary>
    /// <returns>How many, each <see cref="StrideOf"/> behind the one before; 0 when the arena is full.</returns>
    internal uint TakeStretch(int bytes, uint wanted, out ulong address)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return Take(bytes, wanted, out address, out _);
    }

    /// <summary>Bytes from one table of a stretch to the next.</summary>
    internal static ulong StrideOf(int bytes) => (ulong)UnitOf(bytes) << SlotShift;

    /// <summary>Takes back tables of a stretch that nobody has seen.</summary>
    internal void GiveBack(ulong address, int bytes, uint count)
    {
        var slot = (uint)((address - PhysicalBase) >> SlotShift);
        var unit = UnitOf(bytes);
        lock (_lock)
        {
            for (uint i = 0; i < count; i++) Links[slot + (i * unit)].Bytes = 0;
            _bytesInUse -= (ulong)bytes * count;
            _tablesInUse -= count;
            _free.Add(slot, count * unit);
        }
    }

    /// <summary>Takes a table back. Nothing may point to it any more; readers that already hold it may go on reading.</summary>
    /// <param name="address">What <see cref="TryAllocate"/> gave.</param>
    /// <param name="bytes">The size it was taken with.</param>
    /// <exception cref="ArgumentException">No table of that size is handed out there.</exception>
    public void Free(ulong address, int bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var offset = unchecked(address - PhysicalBase);
        lock (_lock)
        {
            // A link remembers the size its table was taken with, so that neither a foreign nor a second Free goes unnoticed.
            if (bytes <= 0 || offset >= _next || offset % SlotBytes != 0 || Links[offset >> SlotShift].Bytes != bytes)
                throw new ArgumentException($"no table of this arena at 0x{address:x} that was taken with {bytes} bytes", nameof(address));
            _bytesInUse -= (uint)bytes;
            _tablesInUse--;
            Retire((uint)(offset >> SlotShift));
        }
    }

    /// <summary>Gives all memory back. No table of the arena may be used afterwards.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _memory.Dispose();
        _links.Dispose();
        _freeBits.Dispose();
    }

    /// <summary>The item accessor: the byte at physical <paramref name="address"/> of an arena whose origin is <paramref name="origin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte Byte(nint origin, ulong address) =>
        // SAFETY: entries of arena tables are written by emitted code only, from addresses that TryAllocate gave; the arena outlives the walk
        // because PageTable keeps it alive until the walk returns.
        ref Unsafe.AsRef<byte>((void*)unchecked(origin + (nint)address));

    private static uint UnitOf(int bytes) => bytes <= SlotBytes ? 1 : (uint)bytes >> SlotShift;

    private uint Take(int bytes, uint wanted, out ulong address, out bool fresh)
    {
        if (bytes < 8 || !int.IsPow2(bytes) || bytes > SlotBytes << MaxOrder)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a table has a power of two of bytes, from 8 to 1 MiB");
        var unit = UnitOf(bytes);
        var origin = PhysicalBase >> SlotShift;
        lock (_lock)
        {
            ReclaimLimbo();
            fresh = false;
            // A long stretch that is free, or one that was never used, or whatever there is.
            var end = (uint)(_next >> SlotShift);
            var count = _free.Find(unit, origin, wanted, LongEnough, ManyLooks, end, out var slot);
            if (count < Math.Min(wanted, LongEnough) && Extend(unit, wanted, out var next) is var more and not 0) (fresh, count, slot) = (true, more, next);
            else if (count == 0) count = _free.Find(unit, origin, wanted, 1, int.MaxValue, end, out slot);
            if (!fresh && count != 0) _free.Take(slot, count * unit, stretch: wanted > 1);
            address = count == 0 ? 0 : PhysicalBase + ((ulong)slot << SlotShift);
            for (uint i = 0; i < count; i++)
            {
                ref var link = ref Links[slot + (i * unit)];
                (link.Bytes, link.Items) = (bytes, 0);
            }

            _bytesInUse += (ulong)bytes * count;
            _tablesInUse += count;
            return count;
        }
    }

    /// <summary>Takes tables from where nothing was ever handed out. Slots that are skipped for alignment become free.</summary>
    private uint Extend(uint unit, uint wanted, out uint slot)
    {
        var bytes = (ulong)unit << SlotShift;
        var aligned = (_next + PhysicalBase + bytes - 1 & ~(bytes - 1)) - PhysicalBase;
        slot = (uint)(aligned >> SlotShift);
        if (aligned < _next || aligned >= CapacityBytes) return 0;
        var count = (uint)Math.Min((CapacityBytes - aligned) / bytes, wanted);
        if (count == 0) return 0;
        if (aligned != _next) _free.Add((uint)(_next >> SlotShift), (uint)((aligned - _next) >> SlotShift));
        _next = aligned + (bytes * count);
        return count;
    }
}
