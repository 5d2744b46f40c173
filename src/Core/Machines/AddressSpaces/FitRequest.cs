using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Who made the guest's CPU, as CPUID says: QEMU and OVMF treat addresses differently.</summary>
public enum CpuVendor
{
    /// <summary>Intel.</summary>
    Intel,

    /// <summary>AMD: there is a hole below 1 TiB (HyperTransport).</summary>
    Amd,
}

/// <summary>A guest whose address space is to be filled.</summary>
public sealed record FitRequest
{
    /// <summary>Most bits of a physical address that x86-64 has.</summary>
    public const int MostPhysicalBits = 52;

    /// <summary>Fewest that a CPU with 64 bits has had.</summary>
    public const int LeastPhysicalBits = 32;

    /// <summary>Most devices: the guest's buses end there.</summary>
    public const int MostDevices = 64;

    /// <summary>Most spare ports.</summary>
    public const int MostSparePorts = 64;

    /// <summary>Which release does what.</summary>
    public Knowledge Knowledge { get; init; } = Knowledge.Default;

    /// <summary>The devices, in the order of their slots.</summary>
    public required ImmutableArray<FitDevice> Devices { get; init; }

    /// <summary>Bytes of memory.</summary>
    public ulong RamBytes { get; init; } = 64UL << 30;

    /// <summary>Bits of a physical address in the guest.</summary>
    public int PhysicalBits { get; init; } = 46;

    /// <summary>Who made its CPU.</summary>
    public CpuVendor Cpu { get; init; }

    /// <summary>QEMU 7.1 and newer: memory above 4 GiB moves where it would reach AMD's HyperTransport range.</summary>
    public bool AvoidsHyperTransport { get; init; } = true;

    /// <summary>What decides where the window above 4 GiB is.</summary>
    public WindowRule Window { get; init; } = WindowRule.OvmfEighth;

    /// <summary><c>opt/ovmf/X-PciMmio64Mb</c>, or <see langword="null"/>.</summary>
    public ulong? Mmio64Megabytes { get; init; }

    /// <summary>QEMU's <c>pci-hole64-size</c>.</summary>
    public ulong Hole64Bytes { get; init; } = 32UL << 30;

    /// <summary>A window that is known: it is used whatever the rule would open; with <see cref="WindowRule.Given"/> the kernel alone places in it.</summary>
    public BusRange? GivenWindow { get; init; }

    /// <summary>Bridges above each device.</summary>
    public int Bridges { get; init; } = 1;

    /// <summary>Ports with nothing behind them.</summary>
    public int SparePorts { get; init; }

    /// <summary><c>pref64-reserve</c> of the ports, or <see langword="null"/> for what the firmware takes by itself.</summary>
    public ulong? Pref64Reserve { get; init; }

    /// <summary>The guest's kernel.</summary>
    public KernelVersion GuestKernel { get; init; } = new(6, 12);

    /// <summary><c>pci=realloc</c>.</summary>
    public bool Realloc { get; init; }

    /// <summary><c>pci=nocrs</c>.</summary>
    public bool NoCrs { get; init; }

    /// <summary>What is wrong with it, in one line, or <see langword="null"/>.</summary>
    public string? Check()
    {
        if (Devices.Length > MostDevices) return $"{Devices.Length} devices: give at most {MostDevices}";
        if (PhysicalBits is < LeastPhysicalBits or > MostPhysicalBits) return $"{PhysicalBits} bits: give {LeastPhysicalBits} to {MostPhysicalBits}";
        if (RamBytes is < 128 << 20 or > 1UL << 48) return "memory of that size is not modelled: give 128M to 256T";
        if (Hole64Bytes > 1UL << MostPhysicalBits) return "a hole larger than the address space of x86-64: give at most 4P";
        if (Window == WindowRule.Given && GivenWindow is null) return "a window that is given needs its range";
        if (Mmio64Megabytes is not null && !Window.IsOvmf()) return "X-PciMmio64Mb is a setting of OVMF; leave it out, or choose its firmware";
        return Mmio64Megabytes > GuestAddressSpace.MostMmio64Megabytes ? $"X-PciMmio64Mb {Mmio64Megabytes}: OVMF takes it for malformed; the most is {GuestAddressSpace.MostMmio64Megabytes} (16T)" : null;
    }
}
