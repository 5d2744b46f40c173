using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>What to explain.</summary>
public sealed record ExplainRequest
{
    /// <summary>The devices of the host.</summary>
    public required ImmutableArray<PciDevice> Devices { get; init; }

    /// <summary>Which release does what.</summary>
    public Knowledge Knowledge { get; init; } = Knowledge.Default;

    /// <summary>The host's kernel.</summary>
    public KernelVersion HostKernel { get; init; } = KernelProfiles.Newest;

    /// <summary>How the VMM mmaps BARs.</summary>
    public VmmSettings Vmm { get; init; } = new();

    /// <summary>The host's setting for transparent huge pages.</summary>
    public ThpPolicy Thp { get; init; }

    /// <summary>The VMM advises MADV_HUGEPAGE on what it mmaps.</summary>
    public bool IsAdvised { get; init; }

    /// <summary>The host's IOMMU.</summary>
    public IommuKind Iommu { get; init; } = IommuKinds.Vtd;

    /// <summary>Who maps for the device.</summary>
    public MapBackend Backend { get; init; }

    /// <summary>Virtual addresses at which regions are mmapped, where they are known.</summary>
    public ImmutableArray<RegionAddress> Vas { get; init; } = [];

    /// <summary>Addresses that regions have in the guest, where they are known; otherwise they are as aligned as firmware makes them.</summary>
    public ImmutableArray<RegionAddress> Iovas { get; init; } = [];

    /// <summary>Parts of regions that cannot be mmapped.</summary>
    public ImmutableArray<RegionPart> Holes { get; init; } = [];

    /// <summary>A part of a region whose rights were changed, at most one of each region.</summary>
    public ImmutableArray<RegionPart> Protected { get; init; } = [];

    /// <summary>What is wrong with it, in one line, or <see langword="null"/>.</summary>
    public string? Check()
    {
        if (!Knowledge.Behaviours.TryResolve(HostKernel, out _, out var error)) return error;
        if (Backend == MapBackend.Iommufd && HostKernel < new KernelVersion(6, 2)) return $"Linux {HostKernel} has no iommufd; it came with 6.2";
        foreach (var region in Vas.Select(va => va.Region).Concat(Iovas.Select(iova => iova.Region)).Concat(Holes.Concat(Protected).Select(part => part.Region)))
        {
            if (!Devices.SelectMany(device => device.MappableBars).Any(bar => bar.Index == region)) return $"no device has a mapped region {region}; there are {string.Join(", ", Regions())}";
        }

        if (Protected.GroupBy(part => part.Region).Any(group => group.Count() > 1)) return "the rights of one part of a region can be changed, not of several";
        return Holes.Concat(Protected).Select(CheckPart).Concat(Vas.Select(CheckVa)).FirstOrDefault(problem => problem is not null);
    }

    private IEnumerable<int> Regions() => Devices.SelectMany(device => device.MappableBars).Select(bar => bar.Index).OfType<int>().Distinct().Order();

    private string? CheckPart(RegionPart part)
    {
        var smallest = Devices.SelectMany(device => device.MappableBars).Where(bar => bar.Index == part.Region).Min(bar => bar.Bytes!.Value);
        return part.Part.Last >= smallest ? $"the part {part.Part} reaches beyond region {part.Region} of {PageTables.BinarySize.Format(smallest)}" : null;
    }

    private string? CheckVa(RegionAddress va)
    {
        var largest = Devices.SelectMany(device => device.MappableBars).Where(bar => bar.Index == va.Region).Max(bar => bar.Bytes!.Value);
        return va.Address > AddressSpace.LastUserByte || largest > AddressSpace.LastUserByte - va.Address ? $"region {va.Region} at {LeafWhy.Hex(va.Address)} ends beyond user space" : null;
    }
}

/// <summary>An address of a region.</summary>
/// <param name="Region">Its number.</param>
/// <param name="Address">Where it begins.</param>
public readonly record struct RegionAddress(int Region, ulong Address);

/// <summary>A part of a region.</summary>
/// <param name="Region">Its number.</param>
/// <param name="Part">Bytes of it.</param>
public readonly record struct RegionPart(int Region, BusRange Part);
