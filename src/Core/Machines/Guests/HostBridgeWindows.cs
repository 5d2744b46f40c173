namespace Fast.Machines;

/// <summary>The guest-physical addresses that a host bridge passes on to its root bus.</summary>
/// <param name="Memory32">Memory below 4 GiB.</param>
/// <param name="Memory64">Memory above, or <see langword="null"/>.</param>
public sealed record HostBridgeWindows(BusRange Memory32, BusRange? Memory64)
{
    private const ulong Gigabyte = 1UL << 30;

    /// <summary>What needs no 64-bit address, without the ports that Linux gives to nobody (<c>PCIBIOS_MIN_IO</c>); no memory is given out so low either.</summary>
    internal static readonly BusRange Below4G = new(0x1000, uint.MaxValue);

    /// <summary>Everything above.</summary>
    internal static readonly BusRange Above4G = new(1UL << 32, ulong.MaxValue);

    /// <summary>I/O ports.</summary>
    public BusRange Io { get; } = new(0, 0xFFFF);

    /// <summary>QEMU's q35 as SeaBIOS sets it up: the rest below 4 GiB, and all from 4 GiB (or the end of memory) on.</summary>
    public static HostBridgeWindows Q35(int physicalBits, ulong memoryAbove4G = 0) =>
        new(Low, new BusRange((4 * Gigabyte) + memoryAbove4G, (1UL << physicalBits) - 1));

    /// <summary>OVMF's dynamic window: the top of the address space, at most 46 bits of it with 4-level paging.</summary>
    /// <param name="physicalBits">Bits of the guest's physical addresses.</param>
    /// <param name="share">Which part: 8 is the last eighth, 4 the last quarter (edk2 from 2026-08 on).</param>
    public static HostBridgeWindows OvmfDynamic(int physicalBits, ulong share = 8)
    {
        var space = 1UL << Math.Min(physicalBits, 46);
        return new HostBridgeWindows(Low, new BusRange(space - (space / share), space - 1));
    }

    /// <summary>What a firmware gives on its own.</summary>
    public static HostBridgeWindows Of(FirmwareBehaviour firmware, int physicalBits, ulong memoryAbove4G = 0)
    {
        ArgumentNullException.ThrowIfNull(firmware);
        return firmware.WindowShare.Value > 1 ? OvmfDynamic(physicalBits, (ulong)firmware.WindowShare.Value) : Q35(physicalBits, memoryAbove4G);
    }

    /// <summary>A window of that size above the guest's memory: what a fixed firmware setting gives.</summary>
    public static HostBridgeWindows Fixed(ulong bytes, ulong start = 64 * Gigabyte) => new(Low, BusRange.Of(start, bytes));

    private static BusRange Low { get; } = new(0x8000_0000, 0xFEBF_FFFF);
}
