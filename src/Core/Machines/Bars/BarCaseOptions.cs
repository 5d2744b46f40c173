using Fast.Linux;

namespace Fast.Machines;

/// <summary>What somebody asks for; <see cref="BarCase.TryCreate"/> checks it.</summary>
public sealed record BarCaseOptions
{
    /// <summary>Bytes to map.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>Size of the BAR; default: the next power of two that holds offset and size.</summary>
    public ulong? BarBytes { get; init; }

    /// <summary>First byte of the BAR to map.</summary>
    public ulong Offset { get; init; }

    /// <summary>The host's kernel.</summary>
    public KernelVersion Kernel { get; init; } = KernelProfiles.Newest;

    /// <summary>The profile in force for <see cref="Kernel"/> where a knowledge file decides it; otherwise <see cref="KernelProfiles"/> does.</summary>
    public KernelChoice? Choice { get; init; }

    /// <summary>Patches on top of 6.12.</summary>
    public VfioPatches Patches { get; init; }

    /// <summary>How to map.</summary>
    public MapPath Path { get; init; }

    /// <summary>Whether the CPU's table is filled before.</summary>
    public bool Warm { get; init; }

    /// <summary>Virtual address minus physical address, modulo 1 GiB.</summary>
    public ulong VaSkew { get; init; }

    /// <summary>Device address minus physical address, modulo 1 GiB.</summary>
    public ulong IovaSkew { get; init; }

    /// <summary>The host's setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>The host's IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;

    /// <summary>Pages of the mapped part that the VMM keeps to itself, from its first byte: they are not mapped for the device.</summary>
    public TrappedPages? Trapped { get; init; }

    /// <summary>What else than a plain BAR is mapped, and what gets in the way.</summary>
    public BarConditions Conditions { get; init; } = new();
}
