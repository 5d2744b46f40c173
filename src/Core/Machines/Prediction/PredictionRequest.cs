using System.Collections.Immutable;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>What to predict: the devices that a guest gets, and the software around them.</summary>
public sealed record PredictionRequest
{
    /// <summary>The host kernels that stand side by side when none is named: one of each kind that there was.</summary>
    public static ImmutableArray<KernelVersion> DefaultHostKernels { get; } = [new(6, 1), new(6, 12), new(6, 16), new(7, 3)];

    /// <summary>The host kernel that changes are compared with when none is named; that of the public log.</summary>
    public static KernelVersion DefaultBaseline { get; } = new(6, 12);

    /// <summary>Most bridges that can be above a device here.</summary>
    public const int MostBridges = 8;

    /// <summary>Fewest bits of physical addresses that a guest has here.</summary>
    public const int LeastPhysicalBits = 36;

    /// <summary>Most bits.</summary>
    public const int MostPhysicalBits = 52;

    private static readonly KernelVersion FirstWithIommufd = new(6, 2);

    /// <summary>The devices, as <see cref="PciListing.SelectGpus"/> gives them.</summary>
    public required ImmutableArray<PciDevice> Devices { get; init; }

    /// <summary>Kernels of the host, side by side.</summary>
    public ImmutableArray<KernelVersion> HostKernels { get; init; } = DefaultHostKernels;

    /// <summary>The host kernel that changes are compared with; default: <see cref="DefaultBaseline"/> if it is among the host kernels, else the first of them.</summary>
    public KernelVersion? Baseline { get; init; }

    /// <summary>Kernel of the guest; by default one from before 6.14, which sizes BARs one by one.</summary>
    public KernelVersion GuestKernel { get; init; } = new(6, 12);

    /// <summary>Firmware of the guest, by the name that the knowledge has for it.</summary>
    public string Firmware { get; init; } = "ovmf";

    /// <summary>Bridges above each device in the guest.</summary>
    public int BridgesAbove { get; init; } = 1;

    /// <summary>The host's setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>Address at which the VMM maps a BAR minus its physical address, modulo 1 GiB; 0 when the VMM aligns.</summary>
    public ulong VaSkew { get; init; }

    /// <summary>Guest-physical address of a BAR minus its physical address, modulo 1 GiB.</summary>
    public ulong IovaSkew { get; init; }

    /// <summary>The host's IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;

    /// <summary>Who maps on behalf of the VMM.</summary>
    public MapBackend Backend { get; init; }

    /// <summary><c>x-no-mmap</c>: the VMM keeps the BARs to itself, and nothing of them is mapped for devices.</summary>
    public bool NoMmap { get; init; }

    /// <summary>The guest's memory, or <see langword="null"/> when pinning it is not asked about.</summary>
    public GuestRam? Ram { get; init; }

    /// <summary>Bits of the guest's physical addresses; <see langword="null"/> gives every BAR a place.</summary>
    public int? PhysicalBits { get; init; }

    /// <summary>The host kernel that changes are compared with.</summary>
    public KernelVersion EffectiveBaseline => Baseline ?? (HostKernels.Contains(DefaultBaseline) ? DefaultBaseline : HostKernels[0]);

    /// <summary>What cannot be predicted, in one line; or <see langword="null"/>.</summary>
    public string? Check(Knowledge knowledge)
    {
        ArgumentNullException.ThrowIfNull(knowledge);
        if (Devices.IsDefaultOrEmpty) return "no device: name at least one";
        if (HostKernels.IsDefaultOrEmpty) return "no host kernel: name at least one";
        if (BridgesAbove is < 0 or > MostBridges) return $"{BridgesAbove} bridges above a device: name 0 to {MostBridges}";
        if (VaSkew % 4096 != 0 || IovaSkew % 4096 != 0) return "a skew that is not a multiple of 4K: a mapping starts at a page";
        foreach (var kernel in HostKernels.Append(EffectiveBaseline))
        {
            if (!knowledge.Behaviours.TryResolve(kernel, out _, out var error)) return error;
            if (Backend == MapBackend.Iommufd && kernel < FirstWithIommufd) return $"Linux {kernel} has no iommufd; it came with {FirstWithIommufd}";
        }

        if (PhysicalBits is < LeastPhysicalBits or > MostPhysicalBits) return $"{PhysicalBits} bits of physical addresses: name {LeastPhysicalBits} to {MostPhysicalBits}";
        if (Ram is { } ram && (ram.Bytes == 0 || ram.Bytes % UnitOf(ram.Kind) != 0)) return $"{BinarySize.Format(ram.Bytes)} of memory are not whole pages of {BinarySize.Format(UnitOf(ram.Kind))}";
        return knowledge.Behaviours.FindFirmware(Firmware) is not null
            ? null
            : $"no firmware '{Firmware}'; known are {string.Join(", ", knowledge.Behaviours.Firmwares.Select(known => known.Name))}";
    }

    private static ulong UnitOf(RamKind kind) => new BarConditions { Ram = kind }.Unit.Bytes;
}
