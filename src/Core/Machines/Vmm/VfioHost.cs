using Fast.Linux;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>The host that a VMM runs on.</summary>
public sealed record VfioHost
{
    /// <summary>Its kernel.</summary>
    public KernelVersion Kernel { get; init; } = KernelProfiles.Newest;

    /// <summary>The profile in force for it where a knowledge file decides that.</summary>
    public KernelChoice? Profile { get; init; }

    /// <summary>Its setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>Its IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;
}

/// <summary>What a VMM does with the BARs of a device.</summary>
public sealed record VmmSettings
{
    private const ulong PageBytes = 4096;

    /// <summary>QEMU 9.2 and newer: an area is mapped at an address aligned as the lowest bit of its size, at most 1 GiB.</summary>
    public bool AlignsMmap { get; init; } = true;

    /// <summary>Where an mmap lands that nobody aligns, modulo 1 GiB; newer kernels give 4 KiB alignment only.</summary>
    public ulong UnalignedSkew { get; init; } = PageBytes;

    /// <summary>Whether pages that the VMM keeps to itself are mmapped all the same, as kernels have let them be since 4.16: then one mmap holds the whole BAR, and only what is mapped for devices has a hole.</summary>
    public bool MmapsTrappedPages { get; init; } = true;

    /// <summary><c>x-no-mmap</c>: nothing is mapped for DMA, so peer-to-peer transfers cannot work.</summary>
    public bool NoMmap { get; init; }
}

/// <summary>A BAR of the host's device, as the VMM sees it.</summary>
/// <param name="Bar">The BAR of the guest's function.</param>
/// <param name="Physical">Where it is on the host.</param>
/// <param name="Trapped">Pages that the VMM keeps to itself (the MSI-X table), or <see langword="null"/>; they split the BAR into sections.</param>
public readonly record struct AssignedBar(BarRegister Bar, PhysicalAddress Physical, BusRange? Trapped = null);
