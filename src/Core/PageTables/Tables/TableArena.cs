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

    private const int SlotShift = 12;
    private const int SlotBytes = 1 << SlotShift;
    private const ulong HugePageBytes = 2UL << 20;
    private const ulong NeverHandedOut = SlotBytes;

    private readonly Lock _lock = new();
    private readonly TableMemoryHandle _memory;
    private readonly TableMemoryHandle _links;
    private readonly byte* _base;
    private readonly nint _origin;
    private readonly bool _freshIsZero;
    private readonly bool _poisonsFreed;
    private FreeLists _free;
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
        // SAFETY: exactly the bytes that were reserved.
        if (!_links.IsZeroed) NativeMemory.Clear((void*)_links.Address, (nuint)linkBytes);
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
        if (bytes < 8 || !int.IsPow2(bytes) || bytes > SlotBytes << FreeLists.MaxOrder)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a table has a power of two of bytes, from 8 to 1 MiB");
        var order = OrderOf(bytes);
        bool fresh;
        ulong offset;
        lock (_lock)
        {
            ReclaimLimbo();
            fresh = !_free.TryPop(order, Links, out var slot);
            offset = (ulong)slot << SlotShift;
            if (fresh && !TryExtend(order, out offset))
            {
                address = 0;
                return false;
            }

            Links[offset >> SlotShift].Bytes = bytes;
            _bytesInUse += (uint)bytes;
            _tablesInUse++;
        }

        // SAFETY: the slots at offset belong to this caller from here on; TryExtend and TryPop never give a slot twice.
        if (zeroed && !(fresh && _freshIsZero)) NativeMemory.Clear(_base + offset, (nuint)bytes);
        address = PhysicalBase + offset;
        return true;
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
    }

    /// <summary>The item accessor: the byte at physical <paramref name="address"/> of an arena whose origin is <paramref name="origin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte Byte(nint origin, ulong address) =>
        // SAFETY: entries of arena tables are written by emitted code only, from addresses that TryAllocate gave; the arena outlives the walk
        // because PageTable keeps it alive until the walk returns.
        ref Unsafe.AsRef<byte>((void*)unchecked(origin + (nint)address));

    private static int OrderOf(int bytes) => bytes <= SlotBytes ? 0 : int.Log2(bytes) - SlotShift;

    private bool TryExtend(int order, out ulong offset)
    {
        var bytes = (ulong)SlotBytes << order;
        var aligned = (_next + PhysicalBase + bytes - 1 & ~(bytes - 1)) - PhysicalBase;
        offset = aligned;
        if (aligned + bytes > CapacityBytes || aligned < _next) return false;
        for (var skipped = _next; skipped < aligned; skipped += SlotBytes) _free.Push(0, Links, (uint)(skipped >> SlotShift));
        _next = aligned + bytes;
        return true;
    }
}
